// <json-editor>: CodeMirror over the textarea inside it, which stays the field that is sent. Without it, the textarea.
(() => {
  "use strict";

  customElements.define("json-editor", class extends HTMLElement {
    connectedCallback() {
      this.area = this.querySelector("textarea");
      if (!this.area || !window.CodeMirror || this.editor) return;
      const label = document.querySelector(`label[for="${this.area.id}"]`);
      this.editor = window.CodeMirror.fromTextArea(this.area, {
        mode: { name: "javascript", json: true },
        lineNumbers: true,
        lineWrapping: true,
        matchBrackets: true,
        tabSize: 2,
        viewportMargin: Infinity,
        screenReaderLabel: label ? label.textContent.trim() : "JSON",
        // Tab leaves the editor: whoever has no mouse would be caught in it otherwise.
        extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-Enter": () => this.area.form.requestSubmit() },
      });
      this.editor.on("change", () => this.editor.save());
      if (label) label.addEventListener("click", () => this.editor.focus());
      this.showMistake();
    }

    disconnectedCallback() {
      if (this.editor) this.editor.toTextArea();
      this.editor = null;
    }

    // The caret stands where the server found the mistake.
    showMistake() {
      const line = Number(this.dataset.line) - 1;
      if (line < 0) return;
      const column = Math.max(Number(this.dataset.column) - 1, 0);
      this.editor.addLineClass(line, "background", "line-mistake");
      this.editor.setCursor({ line, ch: column });
      this.editor.focus();
    }
  });
})();
