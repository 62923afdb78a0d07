import type { Abdm } from '../../abdm/client.ts'
import { abhaEnrollment, phrEnrollment } from '../../abdm/wire/index.ts'
import { indiaDate } from '../../clock.ts'
import { error } from '../../errors.ts'
import { Handle, IsoDate, Nullable, PersonalText, PersonName } from '../../fields.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'
import { choosingFlows } from '../choose.ts'
import type { Account } from '../verified.ts'

/**
 * Suggests free ABHA addresses. With the transaction of any flow after its OTP ABDM makes them (abha.enrollment.suggestion where
 * Aadhaar proved the person, phr.enrollment.suggestion otherwise); without one this server does and asks ABDM which are free.
 * After a KYC step `transactionId` alone is enough. Nothing usable: an empty list. The transaction stays as it is.
 */
export const suggest = route({
  method: 'GET',
  path: '/abdm/na/v1/registration/suggest',
  operationId: 'abhaAddressSuggest',
  tag: 'helpers',
  summary: 'Suggest free ABHA addresses',
  auth: 'client',
  names: 'headers',
  query: Type.Object({
    fn: Type.Optional(PersonName('First name.')),
    mn: Type.Optional(PersonName('Middle name.')),
    ln: Type.Optional(PersonName('Last name.')),
    dob: Type.Optional(IsoDate('Date of birth, YYYY-MM-DD.')),
    transactionId: Type.Optional(Handle('txn_id of the running registration.')),
    // Accepted, not published: every other operation spells it this way (connect §11 no. 27).
    txn_id: Type.Optional({ ...Handle('The same as transactionId.'), 'x-unpublished': true }),
  }),
  reply: Type.Object({ suggestions: Nullable(Type.Array(PersonalText('A free ABHA address.'))) }),
  errors: ['txnUnknown', 'stepNotAllowed'],
  upstream: true,
  async handle({ query, caller }, { abdm, flows, addressSuffix, clock }) {
    const { fn, ln, dob, transactionId = query.txn_id } = query
    if (dob && dob > indiaDate(clock.now())) throw error.invalidField({ message: 'dob must not be in the future' })
    const txn =
      transactionId === undefined ? undefined : await flows.at(choosingFlows, caller, transactionId, 'suggest')
    // Who is known by KYC needs not be described again.
    if (txn?.data.final?.family === 'abha') {
      const { abhaAddressList } = await abdm.call(abhaEnrollment.suggestion, {
        headers: { TRANSACTION_ID: txn.upstreamTxnId },
      })
      return { suggestions: (abhaAddressList ?? []).map((name) => withSuffix(name, addressSuffix)) }
    }
    const known = describe(txn?.data.account)
    const [year = known.year, month = known.month, day = known.day] = dob?.split('-') ?? []
    const firstName = fn ?? known.firstName
    if (!firstName || !year) return { suggestions: [] }
    if (!txn)
      return { suggestions: await freeOf(abdm, candidates(firstName, ln ?? '', year, month, day), addressSuffix) }
    const { abhaAddressList } = await abdm.call(phrEnrollment.suggestion, {
      body: {
        txnId: txn.upstreamTxnId,
        firstName,
        lastName: ln ?? known.lastName,
        dayOfBirth: day,
        monthOfBirth: month,
        yearOfBirth: year,
      },
    })
    return { suggestions: (abhaAddressList ?? []).map((name) => withSuffix(name, addressSuffix)) }
  },
})

const withSuffix = (name: string, suffix: string): string => (name.includes('@') ? name : `${name}@${suffix}`)

const describe = (account: Account | undefined) => ({
  firstName: account?.firstName ?? '',
  lastName: account?.lastName ?? '',
  year: account?.yearOfBirth ?? '',
  month: account?.monthOfBirth ?? '',
  day: account?.dayOfBirth ?? '',
})

/** Legal names of 8 to 18 characters made of the person's names and birth date, most readable first. */
const candidates = (firstName: string, lastName: string, year: string, month: string, day: string): string[] => {
  const plain = (name: string) =>
    name
      .normalize('NFD')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
  const first = plain(firstName).slice(0, 8)
  const last = plain(lastName).slice(0, 5)
  if (first.length < 2) return []
  const short = year.slice(2)
  const tails = [`${year}`, `${short}${month}`, `${day}${month}`, `${month}${short}`, `${day}${month}${short}`]
  const stems = last ? [`${first}.${last}`, `${first}${last}`, `${first}_${last}`] : [`${first}.`, first]
  return [...new Set(tails.flatMap((tail) => stems.map((stem) => stem + tail)))].filter(
    (name) => name.length >= 8 && name.length <= 18,
  )
}

const askedMax = 8
const wanted = 5

const freeOf = async (abdm: Abdm, names: readonly string[], addressSuffix: string): Promise<string[]> => {
  const asked = names.slice(0, askedMax).map((name) => `${name}@${addressSuffix}`)
  const taken = await Promise.all(
    asked.map((abhaAddress) => abdm.call(phrEnrollment.isExists, { query: { abhaAddress } })),
  )
  return asked.filter((_, index) => !taken[index]).slice(0, wanted)
}
