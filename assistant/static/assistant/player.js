// The lecture beside the answer: a link to a second of a lecture opens it in the panel.

const panel = document.querySelector("[data-player-panel]");
let opener = null;

function play(link) {
  opener?.removeAttribute("aria-current");
  opener = link;
  opener.setAttribute("aria-current", "true");
  const address = new URL(link.href);
  address.searchParams.set("frame", "1");
  // A new frame each time: turning one to another address would fill the browser's history.
  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = link.dataset.player;
  frame.allow = "autoplay; fullscreen; encrypted-media; picture-in-picture";
  panel.querySelector("[data-player-frame]").replaceChildren(frame);
  panel.hidden = false;
  panel.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
}

function close() {
  panel.hidden = true;
  panel.querySelector("[data-player-frame]").replaceChildren();
  opener?.removeAttribute("aria-current");
  opener?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-player]");
  const isElsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  if (!link || isElsewhere) return;
  event.preventDefault();
  play(link);
});

panel.querySelector("[data-player-close]").addEventListener("click", close);
panel.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
