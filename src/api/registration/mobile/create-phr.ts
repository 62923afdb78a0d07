import { indiaDate, twoDigits } from '../../../clock.ts'
import { error } from '../../../errors.ts'
import {
  Gender,
  isRealDate,
  Line,
  NewAbhaAddress,
  Nullable,
  PersonName,
  Pincode,
  TxnId,
  WholeNumber,
} from '../../../fields.ts'
import { addressesOf, sessionFrom } from '../../../people.ts'
import { findPincode, type Place } from '../../../pincodes/pincodes.ts'
import { route } from '../../../route.ts'
import { type Static, Type } from '../../../schema.ts'
import { AbhaRefreshToken, AbhaToken, EkaIds, SkipState } from '../../answers.ts'
import { endedData } from '../../choose.ts'
import { endAt } from '../../end.ts'
import { makeOnce } from '../../once.ts'
import { ConnectProfile, fromPhr, isKycVerified } from '../../profile/connect-profile.ts'
import { loginByMobile } from '../../profile/login/flow.ts'
import { enrolling } from './enrol.ts'
import { mobileRegistration } from './flow.ts'

export const SelfDeclared = Type.Object({
  address: Type.Optional(Nullable(Line('Street address.'))),
  day_of_birth: WholeNumber('1 to 31.', 1, 31),
  first_name: PersonName('First name.'),
  gender: Gender,
  last_name: Type.Optional(Nullable(PersonName('Last name.'))),
  middle_name: Type.Optional(Nullable(PersonName('Middle name.'))),
  month_of_birth: WholeNumber('1 to 12.', 1, 12),
  pincode: Pincode,
  year_of_birth: WholeNumber('Four digits.', 1900, 9999),
})
type SelfDeclared = Static<typeof SelfDeclared>

/**
 * Creates an ABHA address with details that the person gives. Needs abha_create or abha_select of a registration by mobile, or
 * abha_create of a login by mobile; ends the flow, opens the user's session. Upstream: phr.enrollment.enrol, never twice: an answer that was lost is asked after first.
 * A taken address is 400 and leaves the transaction usable.
 */
export const createPhr = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/mobile/create-phr',
  operationId: 'registrationMobileCreate',
  tag: 'registration-mobile',
  summary: 'Create an ABHA address with self-declared details',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ txn_id: TxnId, abha_address: NewAbhaAddress, profile: SelfDeclared }),
  reply: Type.Object({
    eka: EkaIds,
    profile: ConnectProfile,
    refresh_token: Nullable(AbhaRefreshToken),
    skip_state: SkipState,
    success: Type.Boolean({ description: 'true on creation.' }),
    token: Nullable(AbhaToken),
  }),
  errors: ['txnUnknown', 'stepNotAllowed', 'addressTaken', 'accountClaimed', 'mobileClaimed', 'outcomeUnknown'],
  upstream: true,
  async handle({ body, caller, named }, deps) {
    const { flows, people, clock } = deps
    const txn = await flows.at([mobileRegistration, loginByMobile], caller, body.txn_id, 'create_phr', named)
    const place = checked(body.profile, clock.now())
    const { mobile } = txn.data
    if (!mobile) throw error.internal()
    const wished = { abhaAddress: body.abha_address, isKycVerified: false, mobile }
    const before = await people.destination(caller, txn.named, wished)

    const details = detailsFor(mobile, body.abha_address, body.profile, place)
    const created = await makeOnce(txn, body.abha_address, deps, enrolling(deps, details))
    const person = { ...wished, isKycVerified: isKycVerified(created.profile) }
    const session = sessionFrom('phr-app', body.abha_address, created.tokens, clock.now())
    const eka = await endAt(deps, caller, txn.named, { person, session, isCreated: true }, (writes) =>
      flows.move(created.txn, 'create_phr', 'abha_end', { data: endedData(txn) }, writes),
    )
    return {
      skip_state: 'abha_end' as const,
      success: true,
      eka,
      profile: fromPhr(created.profile, body.abha_address, before ? addressesOf(before.body) : []),
      token: created.tokens.token,
      refresh_token: created.tokens.refreshToken ?? null,
    }
  },
})

/** What the schema cannot say about the details; the place of the pincode comes with it. */
const checked = ({ year_of_birth, month_of_birth, day_of_birth, pincode }: SelfDeclared, now: number): Place => {
  const born = `${year_of_birth}-${twoDigits(month_of_birth)}-${twoDigits(day_of_birth)}`
  if (!isRealDate(year_of_birth, month_of_birth, day_of_birth) || born > indiaDate(now)) {
    throw error.invalidField({
      message: 'profile.day_of_birth, month_of_birth and year_of_birth must be a date that is not in the future',
    })
  }
  const place = findPincode(pincode)
  if (!place) throw error.invalidField({ message: 'profile.pincode must be a known pincode' })
  return place
}

/** Upstream refuses empty place fields (§7.5), so a missing street becomes the district and state. */
const detailsFor = (mobile: string, abhaAddress: string, profile: SelfDeclared, place: Place) => ({
  mobile,
  firstName: profile.first_name,
  middleName: profile.middle_name ?? '',
  lastName: profile.last_name ?? '',
  dayOfBirth: twoDigits(profile.day_of_birth),
  monthOfBirth: twoDigits(profile.month_of_birth),
  yearOfBirth: String(profile.year_of_birth),
  gender: profile.gender,
  email: '',
  profilePhoto: '',
  address: profile.address || `${place.districtName}, ${place.stateName}`,
  stateName: place.stateName,
  stateCode: place.stateCode,
  districtName: place.districtName,
  districtCode: place.districtCode,
  pinCode: profile.pincode,
  abhaAddress,
})
