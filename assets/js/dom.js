// Elements built from data: text always goes in as text, never as markup.

const SVG = 'http://www.w3.org/2000/svg';

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
  else if (name === 'class') node.className = value;
  else if (name === 'style') node.style.cssText = value;
  else if (name === 'dataset') Object.assign(node.dataset, value);
  else node.setAttribute(name, value === true ? '' : value);
}

export function replace(node, ...children) {
  node.replaceChildren(...children.flat().filter(Boolean));
  return node;
}

// Text that changes often: the DOM is touched only when it differs.
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const PATHS = {
  play: 'M8 5v14l11-7z',
  pause: 'M7 5h4v14H7zM13 5h4v14h-4z',
  start: 'M6 5h2.2v14H6zM19 5v14l-9.5-7z',
  back: 'M11 6v12L3.5 12zM20 6v12l-7.5-6z',
  forward: 'M13 6v12l7.5-6zM4 6v12l7.5-6z',
  loop: 'M17 3l4 4-4 4V8H7v4H5V6h12zM7 21l-4-4 4-4v3h10v-4h2v6H7z',
  check: 'M9.5 16.2 5.3 12l-1.4 1.4 5.6 5.6 11-11-1.4-1.4z',
  close: 'M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z',
  plus: 'M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z',
  minus: 'M5 11h14v2H5z',
  fit: 'M4 5h2v14H4zM18 5h2v14h-2zM8 11h8v2H8zM10.5 8 7 12l3.5 4zM13.5 8l3.5 4-3.5 4z',
  volume: 'M4 9v6h4l5 5V4L8 9zM15.5 8.5a4.5 4.5 0 0 1 0 7zM15.5 4.3v2.1a6.5 6.5 0 0 1 0 11.2v2.1a8.5 8.5 0 0 0 0-15.4z',
  muted: 'M4 9v6h4l5 5V4L8 9zM16 9.4 17.4 8l1.8 1.8L21 8l1.4 1.4-1.8 1.8 1.8 1.8L21 14.4l-1.8-1.8-1.8 1.8L16 13l1.8-1.8z',
  help: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm1 14h-2v-2h2zm1.8-6.7-.9.9c-.7.7-.9 1.2-.9 2.3h-2v-.5c0-1 .4-1.9 1-2.5l1.2-1.2A1.7 1.7 0 1 0 10.3 8h-2a3.7 3.7 0 1 1 6.5 2.3z',
  link: 'M10 13.5a4 4 0 0 0 5.7 0l3-3a4 4 0 1 0-5.7-5.7l-1.2 1.2 1.4 1.4 1.2-1.2a2 2 0 1 1 2.9 2.9l-3 3a2 2 0 0 1-2.9 0zM14 10.5a4 4 0 0 0-5.7 0l-3 3a4 4 0 1 0 5.7 5.7l1.2-1.2-1.4-1.4-1.2 1.2a2 2 0 1 1-2.9-2.9l3-3a2 2 0 0 1 2.9 0z',
  save: 'M11 4h2v8.2l2.6-2.6L17 11l-5 5-5-5 1.4-1.4 2.6 2.6zM5 18h14v2H5z',
  sun: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1h2v3h-2zM11 20h2v3h-2zM1 11h3v2H1zM20 11h3v2h-3zM4.2 5.6 5.6 4.2l2.1 2.1-1.4 1.4zM16.3 17.7l1.4-1.4 2.1 2.1-1.4 1.4zM4.2 18.4l2.1-2.1 1.4 1.4-2.1 2.1zM16.3 6.3l2.1-2.1 1.4 1.4-2.1 2.1z',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  follow: 'M4 5h2v14H4zM9 11h7.2l-3-3L14.6 6.6 20 12l-5.4 5.4-1.4-1.4 3-3H9z',
  snap: 'M5 4h4v8a3 3 0 0 0 6 0V4h4v8a7 7 0 0 1-14 0zM5 4h4v3H5zM15 4h4v3h-4z',
  edit: 'M4 16.5V20h3.5L18 9.5 14.5 6zM20 7.5 16.5 4 15.2 5.3l3.5 3.5z',
  trash: 'M8 4h8l1 2h4v2H3V6h4zM5 9h14l-1 12H6z',
  again: 'M12 5V1.5L7 6l5 4.5V7a5 5 0 1 1-5 5H5a7 7 0 1 0 7-7z',
  search: 'M10 3a7 7 0 1 0 4.3 12.5l5 5 1.4-1.4-5-5A7 7 0 0 0 10 3zm0 2a5 5 0 1 1 0 10 5 5 0 0 1 0-10z',
  players: 'M4 6h9v3H4zM10 10.5h10v3H10zM4 15h6v3H4zM13 15h7v3h-7z',
  note: 'M19 3v12.5a3 3 0 1 1-2-2.8V7.4L9 9v8.5a3 3 0 1 1-2-2.8V6z',
};

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('ma-icon');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

// A button with an icon and a name; a click with a mouse leaves the keyboard to the player.
export function iconButton(name, label, onclick, attributes = {}) {
  const { text, ...rest } = attributes;
  const content = text ? [icon(name), el('span', {}, text)] : [icon(name)];
  const button = el('button', { type: 'button', class: 'ma-button', title: label, 'aria-label': label, ...rest }, content);
  button.addEventListener('click', (event) => {
    if (event.detail > 0) button.blur();
    onclick(event);
  });
  return button;
}
