// What was typed and not yet saved, kept in this tab by user and page until a save is confirmed or the user logs out.

const PREFIX = "zvanets:draft:";

export function readDraft(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

export function keepDraft(name, draft) {
  try {
    if (draft) sessionStorage.setItem(PREFIX + name, JSON.stringify(draft));
    else sessionStorage.removeItem(PREFIX + name);
  } catch {
    // Storage may be full or forbidden: the page works without it.
  }
}

export function forgetDrafts({ except = null }) {
  try {
    for (const key of Object.keys(sessionStorage)) {
      const owner = key.slice(PREFIX.length).split(":")[0];
      if (key.startsWith(PREFIX) && owner !== except) sessionStorage.removeItem(key);
    }
  } catch {
    // See keepDraft.
  }
}
