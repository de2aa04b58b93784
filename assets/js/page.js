// The page as a whole: which track is open, the address, the tabs, light and dark, files dropped anywhere.

import { emit, on } from './bus.js';
import { icon, replace } from './dom.js';
import { recall, remember } from './memory.js';

const root = document.documentElement;
const TABS = ['listen', 'library', 'settings'];
let current = null;

export function currentTrack() {
  return current;
}

export function openTrack(id, { t = 0, push = true, play = false } = {}) {
  current = { id, t, play };
  root.dataset.maState = 'track';
  if (push) history.pushState({ id }, '', addressOf(id, t));
  showTab('listen');
  emit('ma:open', current);
}

export function closeTrack({ push = true } = {}) {
  current = null;
  root.dataset.maState = 'home';
  if (push) history.pushState({}, '', addressOf(null));
  document.title = 'Music Flamingo';
  emit('ma:close');
}

export function addressOf(id, t = 0) {
  const url = new URL(location.href);
  url.hash = '';
  for (const name of ['track', 't']) url.searchParams.delete(name);
  if (id) url.searchParams.set('track', id);
  if (id && t) url.searchParams.set('t', String(Math.round(t * 10) / 10));
  return url.toString();
}

export function showTab(name) {
  const buttons = document.querySelectorAll('#ma-tabs button[role="tab"]');
  const button = [...buttons].find((it) => it.id.startsWith(`${name}-`) || it.textContent.trim().toLowerCase() === name);
  if (button && button.getAttribute('aria-selected') !== 'true') button.click();
}

export function shownTab() {
  const chosen = document.querySelector('#ma-tabs button[role="tab"][aria-selected="true"]');
  return chosen ? chosen.textContent.trim().toLowerCase() : TABS[0];
}

function readAddress() {
  const asked = new URLSearchParams(location.search);
  const id = Number(asked.get('track'));
  const t = Number(asked.get('t'));
  if (Number.isInteger(id) && id > 0) openTrack(id, { t: Number.isFinite(t) ? Math.max(0, t) : 0, push: false });
  else closeTrack({ push: false });
}

export function isDark() {
  return document.body.classList.contains('dark');
}

function applyTheme() {
  const asked = document.querySelector('meta[name="ma-theme"]')?.content;
  const chosen = recall('theme', asked === 'light' || asked === 'dark' ? asked : null);
  if (chosen) document.body.classList.toggle('dark', chosen === 'dark');
  root.style.colorScheme = isDark() ? 'dark' : 'light';
}

function mountTheme(button) {
  const label = () => {
    replace(button, icon(isDark() ? 'sun' : 'moon'));
    button.setAttribute('aria-label', isDark() ? 'Light theme' : 'Dark theme');
    button.title = button.getAttribute('aria-label');
  };
  button.addEventListener('click', () => {
    remember('theme', isDark() ? 'light' : 'dark');
    applyTheme();
  });
  new MutationObserver(() => {
    label();
    root.style.colorScheme = isDark() ? 'dark' : 'light';
    emit('ma:theme');
  }).observe(document.body, { attributes: true, attributeFilter: ['class'] });
  applyTheme();
  label();
}

// Files dropped anywhere go where the drop zone's own files go.
function mountDrop() {
  let depth = 0;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
  const end = () => { depth = 0; root.classList.remove('ma-dropping'); };
  document.addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    root.classList.add('ma-dropping');
  });
  document.addEventListener('dragleave', () => { depth -= 1; if (depth <= 0) end(); });
  document.addEventListener('dragover', (event) => { if (hasFiles(event)) event.preventDefault(); });
  document.addEventListener('drop', (event) => {
    end();
    if (!hasFiles(event) || event.target.closest?.('#ma-drop')) return;
    event.preventDefault();
    giveFiles(event.dataTransfer.files);
  });
}

export function giveFiles(files) {
  const input = document.querySelector('#ma-drop input[type="file"]');
  if (!input || !files.length) return;
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

export function chooseFiles() {
  document.querySelector('#ma-drop input[type="file"]')?.click();
}

// The head of every page: name, promise, theme. Called once, by its gr.HTML.
export function mount(element) {
  mountTheme(element.querySelector('.ma-theme'));
  element.querySelector('.ma-home-link').addEventListener('click', (event) => {
    event.preventDefault();
    showTab('listen');
    closeTrack();
  });
  mountDrop();
  window.addEventListener('popstate', readAddress);
  document.addEventListener('click', (event) => {
    if (event.target.closest?.('#ma-tabs button[role="tab"]')) setTimeout(() => emit('ma:where', { page: shownTab() }));
  });
  on('ma:track', ({ title }) => { document.title = `${title} – Music Flamingo`; });
  readAddress();
}
