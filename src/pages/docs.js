import { announce } from './base.js'

/** The documentation: find, the place in the contents, the menu of small screens. */

const contents = document.querySelector('#contents')
const menu = document.querySelector('#menu')
const find = document.querySelector('#find')
const found = document.querySelector('#found')
const nothing = document.querySelector('#nothing-found')
const content = document.querySelector('#content')

// Find: what does not fit is out of sight, its section too.
const entries = [...document.querySelectorAll('[data-find]')].map((node) => ({
  node,
  text: `${node.id} ${node.textContent}`.toLowerCase().replace(/\s+/g, ' '),
}))
const others = [...document.querySelectorAll('.intro, main > section:not(.group)')]
const groups = [...document.querySelectorAll('main > section.group')]
const errorHeads = [...document.querySelectorAll('#errors > :is(h3, p)')]

const filter = () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean)
  const isSearching = words.length > 0
  let operations = 0
  let errors = 0
  for (const { node, text } of entries) {
    const fits = words.every((word) => text.includes(word))
    node.hidden = !fits
    if (!fits) continue
    if (node.classList.contains('operation')) operations++
    else errors++
  }
  for (const node of [...others, ...errorHeads]) node.hidden = isSearching
  for (const group of groups) group.hidden = !group.querySelector('[data-find]:not([hidden])')
  for (const link of contents.querySelectorAll('[data-operation]')) {
    link.parentElement.hidden = document.getElementById(link.dataset.operation)?.hidden ?? false
  }
  for (const list of contents.querySelectorAll('ul')) {
    const isEmpty = [...list.children].every((item) => item.hidden)
    list.hidden = isEmpty
    if (list.previousElementSibling?.tagName === 'H2') list.previousElementSibling.hidden = isEmpty
  }
  nothing.hidden = !isSearching || operations + errors > 0
  found.textContent = isSearching
    ? `${operations} ${operations === 1 ? 'operation' : 'operations'}, ${errors} ${errors === 1 ? 'error' : 'errors'}`
    : ''
}

find.addEventListener('input', () => {
  filter()
  if (find.value) content.scrollIntoView()
})
find.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || find.value === '') return
  find.value = ''
  filter()
  announce('Everything is shown again')
})
// Browsers keep what was typed over a reload.
if (find.value) filter()
document.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  find.focus()
  find.select()
})
document.querySelector('#shortcut').textContent = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘K' : 'Ctrl K'

// A link inside the page may lead to something that the search has hidden.
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="#"]')
  if (!link) return
  setMenu(false)
  const target = document.getElementById(link.getAttribute('href').slice(1))
  if (!target?.closest('[hidden]')) return
  find.value = ''
  filter()
})

// The menu of small screens.
const setMenu = (isOpen) => {
  contents.classList.toggle('open', isOpen)
  menu.setAttribute('aria-expanded', String(isOpen))
}
menu.hidden = false
menu.addEventListener('click', () => {
  const isOpen = menu.getAttribute('aria-expanded') !== 'true'
  setMenu(isOpen)
  if (isOpen) window.scrollTo({ top: 0 })
})

// The place in the contents.
const links = new Map([...contents.querySelectorAll('li a')].map((link) => [link.getAttribute('href').slice(1), link]))
const inView = new Set()
let current
const observer = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) {
      if (isIntersecting) inView.add(target)
      else inView.delete(target)
    }
    const first = targets.find((target) => inView.has(target))
    const link = first && links.get(first.id)
    if (!link || link === current) return
    current?.removeAttribute('aria-current')
    current = link
    link.setAttribute('aria-current', 'true')
    const { top, bottom } = link.getBoundingClientRect()
    const box = contents.getBoundingClientRect()
    if (top < box.top || bottom > box.bottom) contents.scrollTop += top - box.top - box.height / 2
  },
  { rootMargin: '-72px 0px -60% 0px' },
)
const targets = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean)
for (const target of targets) observer.observe(target)

// In a sandbox the commands can be ready to run: its client is no secret.
const place = document.querySelector('#fill-token')
if (place) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'small'
  button.textContent = 'Put a new token into the commands'
  const said = document.createElement('span')
  said.className = 'said'
  place.append(button, said)
  button.addEventListener('click', async () => {
    const say = (text) => {
      said.textContent = text
      announce(text)
    }
    try {
      const response = await fetch('/connect-auth/v1/account/login', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ client_id: place.dataset.client, client_secret: place.dataset.secret }),
      })
      const answer = await response.json()
      if (!response.ok) return say(`The login answered ${response.status}: ${answer.error}`)
      for (const node of document.querySelectorAll('.operation [data-var="TOKEN"]')) {
        node.textContent = answer.access_token
        node.classList.add('filled')
      }
      say(`Done. It ends in ${Math.round(answer.expires_in / 60)} minutes.`)
    } catch {
      say('The server does not answer. Start it again and press the button once more.')
    }
  })
}
