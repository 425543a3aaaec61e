// Creates DOM elements. Strings always become text nodes, so nothing a user wrote is parsed as HTML.
//
// h("button.bare.x", { onclick }, "text", child) creates <button class="bare x">. The tag is div by default.
// A property that starts with "on" is an event listener. Children that are null, undefined or false are left out.
export function h(name, properties = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && key !== "list" && key !== "form") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// Replaces the children of an element, which may be given by its id.
export function replaceContent(target, ...children) {
  const container = typeof target === "string" ? document.getElementById(target) : target;
  container.replaceChildren(...children.flat().filter(Boolean));
  return container;
}

// Opens a small window under a button. Escape or a click elsewhere closes it, and so does the function returned.
export function popup(anchor, content, { menu = false } = {}) {
  document.querySelector(".popup")?.remove();
  const box = h(".popup", menu ? { role: "menu" } : {}, content);
  document.body.append(box);
  const at = anchor.getBoundingClientRect();
  const width = box.offsetWidth, height = box.offsetHeight;
  const left = Math.max(8, Math.min(at.right - width, innerWidth - width - 8));
  const below = at.bottom + 4 + height <= innerHeight;
  box.style.left = `${at.left + width <= innerWidth - 8 && !menu ? at.left : left}px`;
  box.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
  anchor.setAttribute("aria-expanded", "true");
  function close(event) {
    if (event && event.type === "pointerdown" && (box.contains(event.target) || anchor.contains(event.target))) return;
    box.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", close, true);
    document.removeEventListener("keydown", onKey, true);
  }
  function onKey(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
      anchor.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = [...box.querySelectorAll("button, a, input")];
      if (!all.length || document.activeElement?.tagName === "SELECT") return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    }
  }
  document.addEventListener("pointerdown", close, true);
  document.addEventListener("keydown", onKey, true);
  box.querySelector("button, a, input, select, textarea")?.focus();
  return close;
}
