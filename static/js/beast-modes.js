// The editor of a formula: CodeMirror over the textarea. Without a script the textarea alone is there.
(() => {
  "use strict";

  customElements.define("formula-editor", class extends HTMLElement {
    connectedCallback() {
      this.area = this.querySelector("textarea");
      if (!window.CodeMirror || !this.area) return;
      this.abort = new AbortController();
      // What is sent is checked by the server; a field that isn't shown can't be pointed at by the browser.
      this.area.required = false;
      this.editor = CodeMirror.fromTextArea(this.area, {
        mode: "text/x-mysql",
        theme: "domo",
        lineNumbers: true,
        lineWrapping: true,
        matchBrackets: true,
        indentUnit: 2,
        extraKeys: {
          Tab: (editor) => editor.execCommand(editor.somethingSelected() ? "indentMore" : "insertSoftTab"),
          "Shift-Tab": "indentLess",
          Esc: () => { this.leaving = true; },
        },
      });
      const field = this.editor.getInputField();
      field.setAttribute("aria-label", "Formula");
      field.removeAttribute("tabindex");
      const error = this.area.getAttribute("aria-describedby");
      if (error) field.setAttribute("aria-describedby", error);
      this.classList.add("is-upgraded");
      this.querySelector("label")?.addEventListener("click", (event) => {
        event.preventDefault();
        this.editor.focus();
      }, { signal: this.abort.signal });
      this.editor.on("change", () => this.editor.save());
      this.editor.on("keydown", (_, event) => {
        // Esc, then Tab leaves: the editor doesn't see this Tab, so the browser does.
        if (event.key === "Tab") event.codemirrorIgnore = this.leaving;
        else if (!["Shift", "Escape"].includes(event.key)) this.leaving = false;
      });
      this.editor.on("blur", () => { this.leaving = false; });
    }

    disconnectedCallback() {
      this.abort?.abort();
      this.editor?.toTextArea();
    }
  });
})();
