import { call } from './api.js'
import { copyButton } from './base.js'
import { acting, byId, make, saying } from './dom.js'

/** The synthetic people. */

const shownMax = 200
let names = new Map()
let shownNow = ''

/** Who has this mobile; a shared one names them all. */
export const nameOf = (mobile) => names.get(mobile) ?? ''

const fullName = ({ first_name: first, middle_name: middle, last_name: last }) =>
  [first, middle, last].filter(Boolean).join(' ')

const genders = { F: 'female', M: 'male', O: 'other' }

const fact = (name, values, whose) =>
  make(
    'div',
    { class: 'fact' },
    make('dt', {}, name),
    ...(values.length > 0
      ? values.map((value) =>
          make(
            'dd',
            {},
            make('code', {}, value),
            copyButton(`${name} of ${whose}: ${value}`, () => value),
          ),
        )
      : [make('dd', { class: 'none' }, 'none')]),
  )

const card = (citizen, showOnly) => {
  const name = fullName(citizen)
  const { mobile, year_of_birth: year, month_of_birth: month, day_of_birth: day } = citizen
  const born = [year, month, day]
    .filter((part) => part !== null)
    .map((part) => String(part).padStart(2, '0'))
    .join('-')
  return make(
    'li',
    { class: 'person' },
    make(
      'div',
      { class: 'person-head' },
      make('h3', {}, name),
      mobile !== null &&
        make(
          'button',
          { type: 'button', class: 'small', 'aria-label': `Show the OTPs of ${name}`, onclick: () => showOnly(mobile) },
          'OTPs',
        ),
    ),
    make('p', { class: 'note' }, citizen.notes),
    make(
      'dl',
      {},
      fact('Mobile', mobile === null ? [] : [mobile], name),
      fact('ABHA number', citizen.abha_number === null ? [] : [citizen.abha_number], name),
      fact(citizen.abha_addresses.length > 1 ? 'ABHA addresses' : 'ABHA address', citizen.abha_addresses, name),
      fact('Aadhaar', [citizen.aadhaar_number], name),
    ),
    make('p', { class: 'small-print' }, `${genders[citizen.gender] ?? ''}, born ${born}, pincode ${citizen.pincode}`),
  )
}

export const loadPeople = async (showOnly) => {
  const { citizens } = await call('GET', '/citizens')
  const byMobile = Map.groupBy(
    citizens.filter(({ mobile }) => mobile !== null),
    ({ mobile }) => mobile,
  )
  names = new Map([...byMobile].map(([mobile, them]) => [mobile, them.map(fullName).join(', ')]))
  // Those that were added last are what somebody looks for.
  const shown = citizens.length > shownMax ? citizens.slice(-shownMax) : citizens
  const text = JSON.stringify(shown)
  if (text === shownNow) return
  shownNow = text
  byId('citizens').replaceChildren(...shown.map((citizen) => card(citizen, showOnly)))
}

export const startPeople = (showOnly) => {
  const say = saying('people-said')
  const add = byId('add-person')
  add.addEventListener(
    'click',
    acting(add, say, async () => {
      const { citizen } = await call('POST', '/citizens', {})
      await loadPeople(showOnly)
      byId('citizens').lastElementChild?.classList.add('arriving')
      say(`${fullName(citizen)} is the last of the list. The next reset removes added people.`)
    }),
  )
}
