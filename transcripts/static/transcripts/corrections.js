// Correcting a line in its place: its pen opens a form and closes it again, Enter saves, Escape lets go.

function close(line) {
  line.querySelector(".corrected")?.remove();
  const open = line.querySelector(".correcting");
  open?.remove();
  return Boolean(open);
}

function cancel(event) {
  const line = event.target.closest("#lines li");
  if (!line || !close(line)) return;
  event.preventDefault();
  line.querySelector("a").focus(); // a pen is hidden until its line is pointed at
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const pen = event.target;
  if (pen.matches(".pen") && close(pen.closest("li"))) event.preventDefault();
});

document.addEventListener("htmx:afterSettle", (event) => {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const form = event.target.closest("#lines li")?.querySelector(".correcting form");
  form?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) cancel(event);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.closest(".correcting")) return;
  if (event.key === "Escape") cancel(event);
  if (event.key === "Enter" && event.target.matches("textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
