// Returns what is wrong with the layout of a page: text that is cut, text over text, a page wider than its window.
() => {
  const problems = [];
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) problems.push(`page is ${page.scrollWidth} wide in ${page.clientWidth}`);

  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent.trim();
    if (!text || ["SCRIPT", "STYLE", "OPTION", "SELECT"].includes(element.tagName)) continue;
    if (!element.checkVisibility || !element.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const frame = element.closest(".scroll");
    const bounds = frame && frame.getBoundingClientRect();
    const drawing = element.closest("svg");
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      if (bounds && (box.bottom > bounds.bottom + 1 || box.right > bounds.right + 1 || box.left < bounds.left - 1)) continue;
      if (!bounds && (box.left < -1 || box.right > page.clientWidth + 1)) problems.push(`cut at the window: ${text}`);
      if (drawing) {
        const whole = drawing.getBoundingClientRect();
        const out = box.left < whole.left - 2 || box.right > whole.right + 2;
        if (out || box.top < whole.top - 3 || box.bottom > whole.bottom + 3) problems.push(`cut in a drawing: ${text}`);
      }
      boxes.push({ box, text, element });
    }
  }

  boxes.sort((one, other) => one.box.top - other.box.top);
  for (let first = 0; first < boxes.length; first += 1) {
    const one = boxes[first];
    for (let second = first + 1; second < boxes.length && boxes[second].box.top < one.box.bottom; second += 1) {
      const other = boxes[second];
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      // lines of text stand closer than the boxes of their letters are high
      if (across > 1.5 && down > 0.45 * Math.min(one.box.height, other.box.height)) {
        problems.push(`one over the other: ${one.text} / ${other.text}`);
      }
    }
  }
  return [...new Set(problems)];
}
