import { abhaProfile, phrProfile, web } from '../../../abdm/wire/index.ts'
import { qrContent } from '../../../abdm/wire/qr-content.ts'
import type { Services } from '../../../app.ts'
import { OneOf, PersonalText, Text } from '../../../fields.ts'
import type { AbhaSession } from '../../../people.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { type ConnectProfile, fromAbha, fromPhr } from '../connect-profile.ts'

const maybe = (description: string) => Type.Optional(PersonalText(description))
const code = (description: string) => Type.Optional(Text(description))

/**
 * What stands in the QR code of the card: one flat object, every value text; which keys there are differs from person to person.
 * Draw the code from the body as received. Upstream: the profile of the session's family.
 */
export const qr = route({
  method: 'GET',
  path: '/abdm/v1/profile/asset/qr',
  operationId: 'profileQr',
  tag: 'profile',
  summary: 'Get the content of the QR code of the card',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  needsUserSession: true,
  query: Type.Object({ format: Type.Optional(OneOf(['json'])) }),
  reply: Type.Object(
    {
      hidn: maybe('ABHA number.'),
      hid: maybe('ABHA address.'),
      phr: maybe('ABHA address.'),
      name: maybe('Full name.'),
      gender: code('M, F or O.'),
      dob: maybe('dd-MM-yyyy, or the year alone.'),
      mobile: maybe('Mobile.'),
      address: maybe('Street address.'),
      'state name': maybe('State.'),
      'dist name': maybe('District.'),
      district_name: code('District.'),
      statelgd: code('LGD code of the state.'),
      distlgd: code('LGD code of the district.'),
    },
    { additionalProperties: true },
  ),
  errors: ['userNotNamed', 'userUnknown'],
  upstream: true,
  async handle({ caller, named }, deps) {
    const user = await deps.people.required(caller, named)
    return contentOf(await deps.people.asUser(user, (session) => cardProfile(deps, session)))
  },
})

/** The profile with the address that stands on the card: ABDM's, whichever one the user logged in with. */
const cardProfile = async (
  { abdm }: Services,
  { family, token, abhaAddress }: AbhaSession,
): Promise<ConnectProfile> => {
  if (family === 'abha') {
    const upstream = await abdm.call(abhaProfile.get, { token })
    return fromAbha(upstream, upstream.preferredAbhaAddress ?? abhaAddress, [])
  }
  const upstream = await abdm.call(family === 'phr-web' ? web.profile : phrProfile.get, { token })
  return fromPhr(upstream, upstream.abhaAddress, [])
}

const contentOf = (profile: ConnectProfile) =>
  qrContent({
    abhaNumber: profile.abha_number,
    abhaAddress: profile.abha_address,
    name: profile.full_name,
    gender: profile.gender,
    day: profile.day_of_birth,
    month: profile.month_of_birth,
    year: profile.year_of_birth,
    mobile: profile.mobile,
    address: profile.address,
    stateName: profile.state_name,
    stateCode: profile.state_code,
    districtName: profile.district_name,
    districtCode: profile.district_code,
  })
