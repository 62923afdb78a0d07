/** Elements without markup in strings: whatever comes from the server stays text. */

export const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else node.setAttribute(name, value === true ? '' : value)
  }
  node.append(...children.filter((child) => child !== undefined && child !== false))
  return node
}

export const byId = (id) => document.getElementById(id)

/** What an action came to, beside its button; a problem stays until the next action. */
export const saying = (id) => {
  const place = byId(id)
  return (text, isProblem = false) => {
    place.textContent = text
    place.classList.toggle('problem', isProblem)
  }
}

/** Runs an action of a button once at a time and says what went wrong. */
export const acting = (button, say, act) => async (event) => {
  event?.preventDefault()
  if (button.getAttribute('aria-busy') === 'true') return
  button.setAttribute('aria-busy', 'true')
  try {
    await act()
  } catch (thrown) {
    say(thrown.message, true)
  } finally {
    button.removeAttribute('aria-busy')
  }
}
