// The API console: arrows lead through the operations that were found, and a mistake in JSON gets the caret.
(() => {
  "use strict";

  customElements.define("operation-finder", class extends HTMLElement {
    connectedCallback() {
      this.abort = new AbortController();
      const options = { signal: this.abort.signal };
      this.addEventListener("keydown", (event) => this.onKey(event), options);
      this.querySelector("form").addEventListener("submit", (event) => this.onSubmit(event), { ...options, capture: true });
      this.showCurrent();
    }

    disconnectedCallback() {
      this.abort.abort();
    }

    get links() {
      return [...this.querySelectorAll(".op")].filter((link) => link.closest("details").open);
    }

    get input() {
      return this.querySelector("input[type=search]");
    }

    // Scrolls inside the list only: the page itself stays where it is.
    showCurrent() {
      const current = this.querySelector(".op[aria-current]");
      const list = current?.closest(".ops");
      if (list) list.scrollTop = current.offsetTop - list.offsetTop - list.clientHeight / 2;
    }

    // Enter opens what stands first, once something was searched for.
    onSubmit(event) {
      const first = this.links[0];
      if (!this.input.value.trim() || !first) return;
      event.preventDefault();
      event.stopPropagation();
      first.click();
    }

    onKey(event) {
      const inList = event.target.matches(".op, summary");
      if (event.key === "Escape" && inList) {
        this.input.focus();
        return;
      }
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      if (!inList && event.target !== this.input) return;
      const stops = [...this.querySelectorAll("summary, .op")].filter((stop) => stop.matches("summary") || stop.closest("details").open);
      const at = stops.indexOf(event.target);
      const next = event.key === "ArrowDown"
        ? (at < 0 ? (this.input.value.trim() && this.links[0]) || stops[0] : stops[at + 1])
        : (at > 0 ? stops[at - 1] : this.input);
      if (!next) return;
      event.preventDefault();
      next.focus();
    }
  });

  // The fields came back with a mistake in the JSON: the caret goes to its line and column.
  function showMistake(fields) {
    const body = fields?.querySelector?.("textarea[name=body]");
    const line = Number(fields?.dataset?.line);
    if (!body || !line) return;
    const lines = body.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const place = Math.min(start + Number(fields.dataset.column) - 1, body.value.length);
    body.focus();
    body.setSelectionRange(place, Math.min(place + 1, body.value.length));
  }

  document.addEventListener("htmx:after:swap", () => {
    const fields = document.getElementById("call-fields");
    if (fields?.dataset.line && !fields.dataset.told) {
      fields.dataset.told = "yes";
      showMistake(fields);
    }
  });
  document.addEventListener("DOMContentLoaded", () => showMistake(document.getElementById("call-fields")));

  // A name that was typed once confirms one call.
  document.addEventListener("close", (event) => {
    if (event.target.id === "confirm-call") for (const typed of event.target.querySelectorAll("input[name=typed]")) typed.value = "";
  }, true);

  // Enter in the confirmation presses its own button, not the form's first one.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("#confirm-call input[name=typed]")) return;
    event.preventDefault();
    document.querySelector("#confirm-call [name=confirmed]")?.click();
  });
})();
