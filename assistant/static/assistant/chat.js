// The conversation: sentences as they arrive, what is said meanwhile, the question being typed, copying.
// Whatever comes from outside goes into the page as text, into the same markup the server renders.

const GONE_AFTER_MS = 60_000;

const words = () => document.querySelector("[data-exchanges]").dataset;

function make(name, fill) {
  const node = document.getElementById(name).content.firstElementChild.cloneNode(true);
  for (const [key, text] of Object.entries(fill)) node.querySelector(`[data-fill="${key}"]`).textContent = text;
  return node;
}

// Follow what is written only while the reader is at the end of it.
function keepInView(change) {
  const page = document.documentElement;
  const isAtEnd = page.scrollHeight - page.scrollTop - page.clientHeight < 160;
  change();
  if (isAtEnd) page.scrollTo({ top: page.scrollHeight });
}

// One answer in the making.

class Answer {
  constructor(exchange) {
    this.exchange = exchange;
    this.said = exchange.querySelector("[data-said]");
    this.status = exchange.querySelector("[data-status]");
    this.sources = exchange.querySelector("[data-sources]");
    this.isOver = false;
    this.connect();
  }

  connect() {
    this.stream = new EventSource(this.exchange.dataset.events);
    this.stream.onopen = () => this.recover();
    this.stream.onerror = () => this.lose();
    for (const name of ["queue", "reset", "sentence", "refusal", "finished", "failed"]) {
      this.stream.addEventListener(name, (event) => {
        this.lostAt = undefined;
        keepInView(() => this[name](JSON.parse(event.data)));
      });
    }
  }

  queue({ place, waiting }) {
    const said = words();
    if (place > 1) this.say(said.place.replace("{place}", place).replace("{waiting}", waiting));
    else this.say(place === 1 ? said.next : said.begun);
  }

  reset({ attempt }) {
    const hadBegun = this.said.children.length > 0 || attempt > 1;
    this.said.replaceChildren();
    this.sources.replaceChildren();
    this.say(hadBegun ? words().again : words().begun);
  }

  sentence({ number, text, is_quote: isQuote, source }) {
    const sentence = make("sentence", { sentence: text });
    const cite = sentence.querySelector(".cite");
    const title = source.title || source.video_id;
    const place = `${title}, ${source.clock}`;
    sentence.classList.toggle("is-quote", isQuote);
    cite.textContent = `[${number}]`;
    cite.setAttribute("aria-label", `[${number}] ${place}`);
    cite.title = place;
    const item = make("source", { title, clock: source.clock, quote: source.quote });
    item.value = number;
    item.querySelector("details").hidden = isQuote;
    for (const link of [cite, item.querySelector(".source-link")]) {
      link.href = source.page_url;
      link.dataset.player = title;
    }
    this.said.append(sentence);
    this.sources.append(item);
    this.say(words().writing);
  }

  refusal({ text, reason }) {
    this.conclude("closing", text);
    if (reason) this.conclude("small muted", reason);
  }

  finished({ state }) {
    if (state === "stopped") this.conclude("closing", words().stopped);
    this.end(state);
  }

  failed({ text }) {
    this.conclude("closing", text);
    this.end("failed");
  }

  conclude(className, text) {
    const paragraph = document.createElement("p");
    paragraph.className = className;
    paragraph.dir = "auto";
    paragraph.textContent = text;
    this.said.append(paragraph);
  }

  // What can be done with a finished answer comes from the server, which knows its row.
  end(state) {
    this.isOver = true;
    this.stream.close();
    this.say("");
    this.exchange.dataset.state = state;
    delete this.exchange.dataset.events;
    htmx.ajax("GET", this.exchange.dataset.exchange, {
      source: this.exchange,
      target: this.exchange.querySelector("[data-tools]"),
      select: "[data-tools]",
      swap: "outerHTML",
    });
  }

  say(text) {
    this.lastSaid = text;
    this.status.textContent = text;
    this.exchange.querySelector("noscript")?.remove();
  }

  lose() {
    if (this.isOver) return;
    this.lostAt ??= Date.now();
    if (this.stream.readyState === EventSource.CLOSED || Date.now() - this.lostAt > GONE_AFTER_MS) this.giveUp();
    else this.status.textContent = words().lost;
  }

  // Open is not yet well: only an event proves that, and ends the time after which the reader is asked.
  recover() {
    if (this.lostAt !== undefined) this.status.textContent = this.lastSaid ?? "";
  }

  giveUp() {
    this.stream.close();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet slim";
    button.textContent = words().reload;
    button.addEventListener("click", () => {
      // The server's own rendering, and a new stream with it where the answer still goes on.
      htmx.ajax("GET", this.exchange.dataset.exchange, {
        source: this.exchange, target: this.exchange, swap: "outerHTML",
      });
    });
    this.status.replaceChildren(words().gone, " ", button);
  }
}

// The question being typed.

function followComposer(form) {
  const text = form.querySelector("textarea");
  // Who has just asked goes on typing: an address with a place in the page keeps the browser from it.
  if (document.querySelector("[data-events]")) text.focus({ preventScroll: true });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (target !== form) return;
    const notice = form.querySelector("[data-notice]");
    if (isSignedOut(detail)) {
      notice.textContent = words().signedOut;
    } else if (detail.xhr.status === 200) {
      form.reset();
      notice.replaceChildren();
      document.documentElement.scrollTo({ top: document.documentElement.scrollHeight });
    }
    text.focus();
  });
}

// Who is signed out is led to another page, or has a form that is no longer taken.
function isSignedOut({ xhr, pathInfo }) {
  return xhr.status === 403 || (xhr.status === 200 && !xhr.responseURL.endsWith(pathInfo.finalRequestPath));
}

// A refusal to take the question is words beside it, and what was typed stays.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (isSignedOut(detail)) detail.shouldSwap = false;
  if (!detail.xhr.getResponseHeader("HX-Retarget")) return;
  detail.shouldSwap = true;
  detail.isError = false;
});

// Copying: the sentences with their numbers, then where each is said.

function describe(exchange) {
  const read = (selector) => [...exchange.querySelectorAll(selector)];
  const said = read(".sentence:not(.is-withdrawn)").map((sentence) => sentence.textContent.trim());
  const sources = read(".source:not(.is-withdrawn)").map((source) => {
    const link = source.querySelector(".source-link");
    return `[${source.value}] ${link.textContent.trim().replace(/\s+/g, " ")} ${link.href}`;
  });
  return `${said.join("\n")}\n\n${sources.join("\n")}\n`;
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Pages served without TLS have no clipboard, but they may copy what is selected.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const exchange = button.closest("article");
  await copy(describe(exchange));
  exchange.querySelector("[data-status]").textContent = words().copied;
});

// Whatever the server renders, now or later, comes alive here.

htmx.onLoad((root) => {
  const find = (selector) => [...(root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  // A conversation opens where it was left, unless the address says where.
  if (!location.hash) find("[data-exchanges]").forEach((list) => list.lastElementChild?.scrollIntoView());
  find("[data-events]").forEach((exchange) => new Answer(exchange));
  find("[data-composer]").forEach(followComposer);
});
