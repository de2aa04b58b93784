// The studio's own routes. Every refusal is one sentence with advice.

export class Refusal extends Error {
  constructor(what, advice, status) {
    super(what);
    this.what = what;
    this.advice = advice;
    this.status = status;
  }
}

const GONE = ['The studio does not answer.', 'See whether it still runs; this page goes on when it is back.'];

export function address(path) {
  return new URL(path, document.baseURI).toString();
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(address(path), options);
  } catch {
    throw new Refusal(...GONE, 0);
  }
  if (response.ok) return response;
  let said = {};
  try {
    said = await response.json();
  } catch {
    // not ours: a proxy's page
  }
  throw new Refusal(said.what || `The studio answered ${response.status}.`, said.advice || 'Try again.', response.status);
}

export async function getJson(path) {
  return (await ask(path)).json();
}

export async function getBytes(path) {
  return (await ask(path)).arrayBuffer();
}

export async function post(path, values = {}) {
  const query = new URLSearchParams(values).toString();
  return (await ask(query ? `${path}?${query}` : path, { method: 'POST' })).json();
}

// A POST whose values are a JSON body: texts of any length.
export async function send(path, values = {}) {
  return (await ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(values) })).json();
}
