// What every page needs: menus that close, and words for what htmx could not fetch.

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form or link may ask before it does something that cannot be taken back.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// Who is signed out meanwhile gets the sign-in page whole, not inside a part of this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!new URL(event.detail.xhr.responseURL).pathname.startsWith("/accounts/login/")) return;
  event.detail.shouldSwap = false;
  window.location.reload();
});

// What a person has unfolded, or folded, stays so where htmx brings the same part anew.
const unfolded = new Map();

document.addEventListener("click", (event) => {
  const fold = event.target.closest("details.fold > summary")?.parentElement;
  if (fold) unfolded.set(fold.id, !fold.open); // the browser turns it after this
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  for (const fold of detail.target.querySelectorAll("details.fold")) {
    if (unfolded.has(fold.id)) fold.open = unfolded.get(fold.id);
  }
});

for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, (event) => {
    const place = document.querySelector(".messages");
    const text = event.detail.elt.closest("[data-failed]")?.dataset.failed ?? document.body.dataset.failed;
    if (!place || !text) return;
    const message = document.createElement("p");
    message.className = "message error";
    message.textContent = text;
    place.replaceChildren(message);
  });
}
