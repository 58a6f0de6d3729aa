// A lecture's page: a player behind one interface, and the transcript in step with it.
//
// A player has `seek(seconds)`, which also plays, and tells `onSecond(seconds)` where it is.

const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
const YOUTUBE_TICK_MS = 250;

class MediaPlayer {
  constructor(element, { note, broken, onSecond }) {
    this.element = element;
    for (const name of ["timeupdate", "seeked"]) {
      element.addEventListener(name, () => onSecond(element.currentTime));
    }
    element.addEventListener("error", () => (note.textContent = broken));
  }

  seek(seconds) {
    this.element.currentTime = seconds;
    this.element.play().catch(() => {}); // a browser may want a press of its own button first
  }
}

// Nothing of YouTube is loaded before its button is pressed: until then a jump only moves the start.
class YouTubePlayer {
  constructor(stage, { note, start, onSecond }) {
    Object.assign(this, { stage, note, start, onSecond, player: null });
    this.button = stage.querySelector("#play");
    this.button.addEventListener("click", () => this.open());
  }

  seek(seconds) {
    this.start = seconds;
    if (this.player?.seekTo) {
      this.player.seekTo(seconds, true);
      this.player.playVideo();
    } else {
      this.button.querySelector("[data-clock]").textContent = showClock(seconds);
      this.onSecond(seconds);
    }
  }

  async open() {
    this.button.disabled = true;
    this.note.textContent = this.stage.dataset.loading;
    try {
      await loadYouTube(this.stage.dataset.script);
    } catch {
      this.fail();
      return;
    }
    const place = this.stage.appendChild(document.createElement("div"));
    this.player = new window.YT.Player(place, {
      host: this.stage.dataset.host,
      videoId: this.stage.dataset.video,
      width: "100%",
      height: "100%",
      playerVars: { autoplay: 1, playsinline: 1, rel: 0, start: Math.floor(this.start), origin: location.origin },
      events: { onReady: () => this.begin(), onError: () => this.fail() },
    });
  }

  begin() {
    this.note.textContent = "";
    this.button.hidden = true;
    this.stage.querySelector("iframe")?.setAttribute("title", this.stage.dataset.title);
    this.seek(this.start);
    this.ticking = setInterval(() => this.onSecond(this.player.getCurrentTime()), YOUTUBE_TICK_MS);
  }

  fail() {
    clearInterval(this.ticking);
    this.stage.querySelector("iframe")?.remove();
    this.player = null;
    this.button.hidden = false;
    this.button.disabled = false;
    this.note.textContent = this.stage.dataset.failed;
  }
}

function loadYouTube(address) {
  return new Promise((resolve, reject) => {
    if (window.YT?.Player) return resolve();
    window.onYouTubeIframeAPIReady = resolve;
    const script = document.createElement("script");
    script.src = address;
    script.onerror = () => {
      script.remove();
      reject(new Error("not loaded"));
    };
    document.head.append(script);
  });
}

// A list of links that each stand for a second; one of them is current.
class Timeline {
  constructor(list) {
    this.list = list;
    this.links = list ? [...list.querySelectorAll("a[data-second]")] : [];
    this.starts = this.links.map((link) => Number(link.dataset.second));
    this.current = null;
  }

  find(seconds) {
    let [low, high] = [0, this.starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= seconds + 0.05) low = middle + 1;
      else high = middle;
    }
    return this.links[low - 1] ?? null;
  }

  // Returns whether another link has become the current one.
  mark(seconds) {
    const link = this.find(seconds);
    if (link === this.current) return false;
    this.current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    this.current = link;
    return true;
  }
}

class Transcript extends Timeline {
  constructor(section) {
    super(section.querySelector("#lines"));
    if (!this.list) return;
    this.isFollowing = true;
    this.follow = section.querySelector("#follow");
    this.follow.addEventListener("click", () => this.resume());
    for (const name of ["wheel", "touchmove"]) {
      this.list.addEventListener(name, () => this.leave(), { passive: true });
    }
    this.list.addEventListener("pointerdown", (event) => {
      if (event.target === this.list) this.leave(); // the bar is dragged
    });
    this.list.addEventListener("keydown", (event) => this.walk(event));
    for (const link of this.links) link.tabIndex = -1;
    this.focusable = this.links[0];
    if (this.focusable) this.focusable.tabIndex = 0;
    this.search = new Search(section, this);
  }

  mark(seconds) {
    if (!super.mark(seconds) || !this.current) return false;
    if (!this.list.contains(document.activeElement)) this.makeFocusable(this.current);
    const isTypedInto = this.list.querySelector("form");
    if (this.isFollowing && !isTypedInto) this.show(this.current);
    return true;
  }

  leave() {
    if (!this.current) return;
    this.isFollowing = false;
    this.follow.hidden = false;
  }

  resume() {
    this.isFollowing = true;
    this.follow.hidden = true;
    if (this.current) this.show(this.current);
  }

  show(link) {
    const top = link.offsetTop - this.list.clientHeight / 3;
    this.list.scrollTo({ top, behavior: CALM.matches ? "auto" : "smooth" });
  }

  // One stop for the tabulator; the arrows walk from line to line.
  walk(event) {
    const at = this.links.indexOf(document.activeElement);
    const last = this.links.length - 1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    this.leave();
    const link = this.links[Math.min(Math.max(to, 0), last)];
    this.makeFocusable(link);
    link.focus();
  }

  makeFocusable(link) {
    this.focusable.tabIndex = -1;
    this.focusable = link;
    link.tabIndex = 0;
  }
}

class Search {
  constructor(section, transcript) {
    this.transcript = transcript;
    this.input = section.querySelector("#find");
    this.count = section.querySelector("#find-count");
    this.buttons = [section.querySelector("#find-previous"), section.querySelector("#find-next")];
    this.texts = transcript.links.map((link) => link.querySelector(".said"));
    this.hits = [];
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.run(), 120);
    });
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.buttons.forEach((button, index) => button.addEventListener("click", () => this.step(index ? 1 : -1)));
  }

  press(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      this.step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && this.input.value) {
      event.preventDefault();
      this.input.value = "";
      this.run();
    }
  }

  run() {
    const wanted = this.input.value.trim().toLowerCase();
    for (const place of this.texts) {
      if (place.firstElementChild) place.textContent = place.textContent;
    }
    this.show(null);
    this.hits = wanted ? this.texts.filter((place) => highlight(place, wanted)) : [];
    this.at = -1;
    for (const button of this.buttons) button.disabled = !this.hits.length;
    if (this.hits.length) this.step(1);
    else this.count.textContent = wanted ? this.count.dataset.none : "";
  }

  step(by) {
    if (!this.hits.length) return;
    this.at = (this.at + by + this.hits.length) % this.hits.length;
    this.show(this.hits[this.at].closest("a"));
    const { found } = this.count.dataset;
    this.count.textContent = found.replace("{place}", this.at + 1).replace("{count}", this.hits.length);
  }

  show(link) {
    this.now?.classList.remove("hit-now");
    this.now = link;
    if (!link) return;
    link.classList.add("hit-now");
    this.transcript.leave();
    this.transcript.makeFocusable(link);
    this.transcript.show(link);
  }
}

// Marks each place of a text that holds the words; returns whether there is one.
function highlight(place, wanted) {
  const text = place.textContent;
  const lower = text.toLowerCase();
  if (lower.length !== text.length || !lower.includes(wanted)) return lower.includes(wanted);
  const parts = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    const mark = document.createElement("mark");
    mark.textContent = text.slice(at, at + wanted.length);
    parts.push(text.slice(from, at), mark);
    from = at + wanted.length;
  }
  place.replaceChildren(...parts, text.slice(from));
  return true;
}

function showClock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(Math.floor(seconds % 60))}`;
}

class Page {
  constructor(section) {
    this.seconds = Number(section.dataset.start) || 0;
    this.ask = document.querySelector("#ask");
    this.chapters = new Timeline(document.querySelector("#chapters"));
    this.player = this.makePlayer(section);
    this.open();
    document.addEventListener("click", (event) => this.jump(event));
    document.addEventListener("htmx:afterSettle", (event) => {
      if (event.detail.elt.id === "transcript") this.open();
    });
  }

  makePlayer(section) {
    const [media, stage] = [section.querySelector("#media"), section.querySelector("#youtube")];
    const shared = { note: section.querySelector("#player-note"), onSecond: (seconds) => this.tell(seconds) };
    if (media) return new MediaPlayer(media, { ...shared, broken: section.dataset.broken });
    return stage ? new YouTubePlayer(stage, { ...shared, start: this.seconds }) : null;
  }

  // Takes up the transcript that is there, at once or once it has come.
  open() {
    for (const element of document.querySelectorAll("[data-script-only]")) element.hidden = false;
    this.transcript = new Transcript(document.querySelector("#transcript"));
    this.tell(this.seconds);
  }

  tell(seconds) {
    this.seconds = seconds;
    this.transcript.mark(seconds);
    this.chapters.mark(seconds);
    if (this.ask) {
      this.ask.href = this.ask.dataset.address + Math.floor(seconds);
      this.ask.querySelector("[data-clock]").textContent = showClock(seconds);
    }
  }

  // A line or a chapter jumps within the page; held keys and other buttons follow it as the link it is.
  jump(event) {
    const link = event.target.closest?.("a[data-second]");
    if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const seconds = Number(link.dataset.second);
    history.replaceState(history.state, "", link.href);
    if (this.transcript.list) this.transcript.resume();
    this.tell(seconds);
    this.player?.seek(seconds);
  }
}

const section = document.querySelector("#player");
if (section) new Page(section);
