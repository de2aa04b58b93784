// Small choices the browser keeps for a person; without storage they last until the page closes.

const fallback = new Map();

export function recall(name, otherwise) {
  try {
    const text = localStorage.getItem(`ma.${name}`);
    return text === null ? (fallback.get(name) ?? otherwise) : JSON.parse(text);
  } catch {
    return fallback.get(name) ?? otherwise;
  }
}

export function remember(name, value) {
  fallback.set(name, value);
  try {
    localStorage.setItem(`ma.${name}`, JSON.stringify(value));
  } catch {
    // private window: kept in memory only
  }
}
