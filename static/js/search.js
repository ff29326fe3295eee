// The form of a filter shows the fields that its kind needs.
(() => {
  "use strict";

  customElements.define("condition-editor", class extends HTMLElement {
    connectedCallback() {
      const kind = this.querySelector("select[name=kind]");
      const show = () => this.querySelectorAll("[data-kinds]").forEach((part) => {
        part.hidden = !part.dataset.kinds.split(" ").includes(kind.value);
      });
      this.abort = new AbortController();
      kind.addEventListener("change", show, { signal: this.abort.signal });
      show();
    }

    disconnectedCallback() {
      this.abort.abort();
    }
  });
})();
