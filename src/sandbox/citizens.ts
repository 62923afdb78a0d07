import { CitizenRefused } from '../emulator/world/citizens.ts'
import { error } from '../errors.ts'
import { Gender, Handle, Mobile, Nullable, PersonName, Pincode, WholeNumber } from '../fields.ts'
import { type Static, Type } from '../schema.ts'
import { sandboxRoute } from './sandbox.ts'

/** The synthetic people. None of them exists; their Aadhaar numbers only pass the check digit. */

const text = Type.String()
const citizen = Type.Object({
  aadhaar_number: text,
  mobile: Nullable(text),
  first_name: text,
  middle_name: Nullable(text),
  last_name: text,
  gender: Gender,
  year_of_birth: Type.Integer(),
  month_of_birth: Nullable(Type.Integer()),
  day_of_birth: Nullable(Type.Integer()),
  pincode: text,
  abha_number: Nullable(text),
  abha_addresses: Type.Array(text),
  notes: text,
})
type Citizen = Static<typeof citizen>

export const listCitizens = sandboxRoute({
  method: 'GET',
  path: '/sandbox/v1/citizens',
  operationId: 'sandboxCitizens',
  tag: 'sandbox',
  summary: 'The synthetic people, each with a note on what it is for',
  auth: 'none',
  reply: Type.Object({ citizens: Type.Array(citizen) }),
  errors: [],
  handle: async (_, { emulator }) => ({ citizens: await emulator.citizens.list() }),
})

export const addCitizen = sandboxRoute({
  method: 'POST',
  path: '/sandbox/v1/citizens',
  operationId: 'sandboxCitizenAdd',
  tag: 'sandbox',
  summary: 'Add a person; what you leave out is made up',
  auth: 'none',
  status: 201,
  body: Type.Object({
    aadhaar_number: Type.Optional(Handle('Twelve digits with a right check digit.')),
    mobile: Type.Optional(Nullable(Mobile)),
    first_name: Type.Optional(PersonName('First name.')),
    middle_name: Type.Optional(Nullable(PersonName('Middle name.'))),
    last_name: Type.Optional(PersonName('Last name.')),
    gender: Type.Optional(Gender),
    year_of_birth: Type.Optional(WholeNumber('Four digits.', 1900, 9999)),
    month_of_birth: Type.Optional(
      Nullable(WholeNumber('1 to 12; null, with the day: the Aadhaar knows the year only.', 1, 12)),
    ),
    day_of_birth: Type.Optional(Nullable(WholeNumber('1 to 31.', 1, 31))),
    pincode: Type.Optional(Pincode),
    abha_number: Type.Optional(Nullable(Handle('With hyphens, 2-4-4-4.'))),
    abha_addresses: Type.Optional(Type.Array(Handle('An ABHA address.'))),
    notes: Type.Optional(Handle('What the person is for.')),
  }),
  reply: Type.Object({ citizen }),
  errors: [],
  async handle({ body }, { emulator }) {
    try {
      return { citizen: (await emulator.citizens.add(body)) as Citizen }
    } catch (thrown) {
      if (!(thrown instanceof CitizenRefused)) throw thrown
      throw error.invalidField({ message: `${thrown.field} cannot be taken: malformed or held by another person` })
    }
  },
})
