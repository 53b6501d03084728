// What the theme leaves to the mouse and the eye alone, for the keyboard and for screen readers.
(() => {
  const CLICKABLE = "[x-on\\:click]:not(button, a[href], input, body, #changelist-filter-close)";
  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, [tabindex='0']";

  // The text of an element without its icons'.
  function words(element) {
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    return own.map((node) => node.data).join("").trim();
  }

  const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function press(event) {
    if (event.target !== event.currentTarget || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    event.target.click();
  }

  function makeButton(element) {
    if (element.role || element.querySelector(FOCUSABLE)) return;
    element.role = "button";
    element.tabIndex = 0;
    element.addEventListener("keydown", press);
  }

  function nameIcon(icon) {
    const owner = icon.closest("a, button, [role=button]");
    const text = icon.textContent.trim();
    const alone = owner && !owner.ariaLabel && owner.textContent.trim() === text;
    if (alone) owner.ariaLabel = owner.title || names[text] || text;
    if (owner !== icon) icon.ariaHidden = "true";
  }

  function mend(part) {
    part.querySelectorAll(CLICKABLE).forEach(makeButton);
    part.querySelectorAll(".material-symbols-outlined").forEach(nameIcon);
    part.querySelectorAll("[data-label]").forEach(({ dataset }) => (dataset.label = capitalised(dataset.label)));
    part.querySelectorAll(".help-tooltip[aria-label]").forEach((sign) => (sign.role = "img"));
  }

  // Focus moves into a panel that opens, stays in it, and returns to what opened it.
  function watch(panel) {
    let opener = null;
    const stops = () => [...panel.querySelectorAll(FOCUSABLE)].filter((stop) => stop.checkVisibility());
    panel.role = "dialog";
    panel.ariaModal = "true";
    new MutationObserver(() => {
      if (panel.checkVisibility() === Boolean(opener)) return;
      if (opener) {
        opener.focus();
        opener = null;
      } else {
        opener = document.activeElement;
        panel.ariaLabel = words(panel.querySelector("h1") || opener);
        (panel.querySelector("[autofocus]") || stops()[0])?.focus();
      }
    }).observe(panel, { attributeFilter: ["style"] });
    panel.addEventListener("keydown", (event) => {
      const all = stops();
      const [edge, other] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
      if (event.key !== "Tab" || document.activeElement !== edge) return;
      event.preventDefault();
      other.focus();
    });
  }

  const names = {};
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("#hub-icon-names dt").forEach((icon) => {
      names[icon.textContent] = icon.nextElementSibling.textContent;
    });
    const main = document.getElementById("main");
    if (main) Object.assign(main, { role: "main", tabIndex: -1 });
    const panels = [document.getElementById("modal-content")?.parentElement, document.getElementById("changelist-filter")];
    panels.filter(Boolean).forEach(watch);
    mend(document.body);
    document.body.addEventListener("htmx:load", (event) => mend(event.target));
    addEventListener("load", () => {
      mend(document.body);
      // The theme shows the page too late for the browser to have done this.
      if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
    });
  });
})();
