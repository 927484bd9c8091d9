// The search runs in a worker, and a page that is opened from a file may not start one.
// There a hidden frame runs the same script, and messages are handed over by calls.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(script) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      this.ready = new Promise((resolve) => frame.addEventListener("load", () => resolve(frame.contentWindow)))
      document.body.append(frame)
      const inside = frame.contentDocument
      inside.open()
      inside.defaultView.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }))
      inside.write(`<script src="${new URL(script, location.href)}"></` + "script>")
      inside.close()
    }

    postMessage(data) {
      this.ready.then((frame) => frame.dispatchEvent(new MessageEvent("message", { data })))
    }

    terminate() {}
  }
}
