/** What every page can do: copy, speak to screen readers, say where this server is. */

const status = document.createElement('p')
status.className = 'unseen'
status.setAttribute('role', 'status')
document.body.append(status)

/** For people who do not see what changed. */
export const announce = (text) => {
  status.textContent = ''
  // A text that follows itself is read only if it was away in between.
  setTimeout(() => {
    status.textContent = text
  }, 30)
}

/** The clipboard exists only on secure origins; a sandbox on the local network has none. */
const copyBySelection = (text) => {
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true
  area.className = 'unseen'
  const focused = document.activeElement
  document.body.append(area)
  area.select()
  const isDone = document.execCommand('copy')
  area.remove()
  focused?.focus()
  return isDone
}

const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** `what` completes "Copy …" for screen readers; `textOf` is asked at the moment of the click. */
export const copyButton = (what, textOf) => {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy small'
  button.textContent = 'Copy'
  button.setAttribute('aria-label', `Copy ${what}`)
  let back
  button.addEventListener('click', async () => {
    const isDone = await copyText(textOf())
    button.textContent = isDone ? 'Copied' : 'Press Ctrl+C'
    announce(isDone ? `Copied ${what}` : 'This browser does not let the page copy. Select the text and copy it.')
    clearTimeout(back)
    back = setTimeout(() => {
      button.textContent = 'Copy'
    }, 1600)
  })
  return button
}

export const prepareCode = (root) => {
  for (const place of root.querySelectorAll('[data-origin]')) place.textContent = location.origin
  for (const figure of root.querySelectorAll('figure.code')) {
    const text = figure.querySelector('code')
    const label = figure.querySelector('pre').getAttribute('aria-label')
    figure.append(copyButton(label, () => text.textContent))
  }
}

document.documentElement.classList.add('scripted')
prepareCode(document)
