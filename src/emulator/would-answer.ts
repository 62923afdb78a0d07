import { fieldCodes, type Operation } from '../abdm/wire/operation.ts'
import { checkBody, checkQuery, loadCompiler } from './checks.ts'
import {
  accessRestricted,
  attemptsUsedUp,
  blockedForADay,
  dependencyDown,
  invalidCmId,
  invalidCredentials,
  invalidRequestId,
  invalidTimestamp,
  missingCredentials,
  noResource,
  notDelivered,
  Refusal,
  type RefusalForm,
  refusalCodes,
  refuse,
  refuseOn,
  uidaiRefusal,
  unknownException,
  userNotFound,
} from './refusal.ts'
import { refuseUnopenable, type Seal } from './unseal.ts'

/** What the emulator would say to a request as far as that can be told without a world: what its own checks decide. */

const codeOf = ({ entries: [first] }: Refusal): string => first?.code.replace(/[:\s]+$/, '') ?? ''

/** `fields`: what is refused, where that is told by field. */
export type WouldRefuse = {
  readonly status: number
  readonly form: RefusalForm
  readonly code: string
  readonly fields: readonly string[]
}
type Asked = {
  readonly query: unknown
  readonly body: unknown
  /** Undefined: it cannot be told. */
  readonly sealOf: (text: string) => Seal | undefined
}

export const wouldRefuse = async (
  op: Operation,
  { query, body, sealOf }: Asked,
  isLenient: boolean,
): Promise<WouldRefuse | undefined> => {
  await loadCompiler()
  try {
    checkQuery(op, query)
    const variant = checkBody(op, body)
    refuseUnopenable({ op, body, variant }, sealOf, isLenient)
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    const fields = thrown.entries.flatMap(({ field }) => field ?? [])
    return { status: thrown.status, form: thrown.form, code: codeOf(thrown), fields }
  }
}

/** Every code that it answers with. */
export const emulatorCodes: ReadonlySet<string> = new Set(refusalCodes)

/** What the answers themselves refuse, in the usual form of the service. */
const ofAnswers = (op: Operation): Refusal[] => {
  const { service } = op
  const isAbha = service === 'abha'
  const usual = ['ABDM-1110', 'ABDM-1111', 'ABDM-1112', 'ABDM-1113', 'ABDM-1115', 'ABDM-1118', 'ABDM-1119'] as const
  return [
    ...[...usual, 'ABDM-1134' as const, 'ABDM-1407' as const].map((code) => refuseOn(service, 400, code, '')),
    refuseOn(service, isAbha ? 422 : 400, 'ABDM-1135', ''),
    refuse(400, 'flat', 'ABDM-1043'),
    ...(['ABDM-1101', 'ABDM-1124', 'ABDM-1160', 'ABDM-1207', 'ABDM-1219', 'ABDM-1228'] as const).map((code) =>
      refuse(422, 'wrapped', code),
    ),
    ...[400, 401].map((status) => refuse(status, 'wrapped', 'ABDM-1017')),
  ]
}

const withoutCode = ({ service }: Operation): Refusal[] => {
  if (service === 'gateway') return []
  if (service !== 'abha') return [refuse(401, 'empty')]
  const forms = ['field', 'message', 'wrapped', 'description', 'array'] as const
  return [...forms.map((form) => refuse(400, form)), ...[401, 422].map((status) => refuse(status, 'message'))]
}

/** The status and form that go with a code on an operation, and with none: as far as they are the emulator's own choice. */
export const refusalsWith = (op: Operation, code: string): readonly Pick<Refusal, 'status' | 'form'>[] => {
  const { service } = op
  if (code === '') return withoutCode(op)
  const own = [
    ...[missingCredentials(), invalidCredentials(), invalidRequestId(op), invalidTimestamp(op), invalidCmId()],
    ...[accessRestricted(), userNotFound(service), uidaiRefusal(service, 400, ''), attemptsUsedUp(service)],
    ...[blockedForADay(service), notDelivered(service, false), notDelivered(service, true), unknownException(op)],
    ...[dependencyDown(), noResource(), ...ofAnswers(op)],
    ...fieldCodes.flatMap((field) => [refuse(400, op.errorForm, field), refuse(400, 'array', field)]),
    refuse(400, 'flat', 'ABDM-9999'),
    ...(service === 'abha' || service === 'gateway'
      ? [refuse(400, 'wrapped', 'ABDM-1006'), refuse(400, 'wrapped', 'ABDM-9999'), refuse(401, 'wrapped', 'ABDM-1006')]
      : []),
  ]
  return own.filter((one) => codeOf(one) === code)
}

/** Fields that every good answer of the emulator's has, whoever it is about and whether a client can do without them or not. */
const filled: { readonly [id: string]: string } = {
  'abha.certificate': 'encryptionAlgorithm publicKey',
  'phr.certificate': 'encryptionAlgorithm publicKey',
  'abha.enrollment.abha_address': 'healthIdNumber preferredAbhaAddress txnId',
  'abha.enrollment.by_aadhaar':
    'ABHAProfile ABHAProfile.ABHANumber ABHAProfile.abhaStatus ABHAProfile.abhaType ABHAProfile.address ABHAProfile.communicationMobile ABHAProfile.districtCode ABHAProfile.districtName ABHAProfile.dob ABHAProfile.email ABHAProfile.firstName ABHAProfile.gender ABHAProfile.lastName ABHAProfile.middleName ABHAProfile.mobile ABHAProfile.mobileVerified ABHAProfile.photo ABHAProfile.phrAddress ABHAProfile.pinCode ABHAProfile.preferredAddress ABHAProfile.stateCode ABHAProfile.stateName isNew message tokens tokens.expiresIn tokens.refreshExpiresIn tokens.refreshToken tokens.token txnId',
  'abha.enrollment.by_abdm': 'accounts authResult message txnId',
  'abha.login.verify': 'accounts authResult message txnId',
  'abha.profile.verify': 'accounts authResult message txnId',
  'abha.enrollment.request_otp': 'message txnId',
  'abha.face.init': 'message txnId',
  'abha.login.request_otp': 'message txnId',
  'abha.profile.request_otp': 'message txnId',
  'phr.enrollment.request_otp': 'message txnId',
  'phr.login.request_otp': 'message txnId',
  'phr.profile.request_otp': 'message txnId',
  'web.login.request_otp': 'message txnId',
  'abha.enrollment.suggestion': 'abhaAddressList txnId',
  'phr.enrollment.suggestion': 'abhaAddressList txnId',
  'abha.face.capture': 'message status txnId',
  'abha.login.search':
    'ABHANumber authMethods blockedAuthMethods isDocumentAccount mobile preferredAbhaAddress status tags verificationStatus verificationType',
  'abha.login.verify_user': 'expiresIn refreshExpiresIn refreshToken token',
  'abha.profile.refresh': 'expiresIn refreshExpiresIn refreshToken token',
  'phr.profile.switch_user': 'expiresIn refreshExpiresIn refreshToken token',
  'abha.profile.get':
    'ABHANumber address authMethods createdDate dayOfBirth districtCode districtName email firstName gender kycPhoto kycVerified lastName localizedDetails middleName mobile mobileVerified monthOfBirth name phrAddress pincode preferredAbhaAddress profilePhoto stateCode stateName status subdistrictName tags verificationStatus verificationType yearOfBirth',
  'abha.profile.patch':
    'ABHANumber address authMethods createdDate dayOfBirth districtCode districtName email firstName gender kycPhoto kycVerified lastName localizedDetails middleName mobile mobileVerified monthOfBirth name phrAddress pincode preferredAbhaAddress profilePhoto stateCode stateName status subdistrictName tags verificationStatus verificationType yearOfBirth',
  'abha.profile.logout': 'message',
  'gateway.certs': 'keys',
  'gateway.session': 'accessToken expiresIn refreshExpiresIn refreshToken tokenType',
  'phr.enrollment.enrol':
    'message phrDetails phrDetails.abhaAddress phrDetails.address phrDetails.dayOfBirth phrDetails.districtCode phrDetails.districtName phrDetails.email phrDetails.firstName phrDetails.fullName phrDetails.gender phrDetails.lastName phrDetails.middleName phrDetails.mobile phrDetails.monthOfBirth phrDetails.pinCode phrDetails.stateCode phrDetails.stateName phrDetails.yearOfBirth tokens tokens.expiresIn tokens.refreshExpiresIn tokens.refreshToken tokens.switchProfileEnabled tokens.token txnId',
  'phr.enrollment.verify': 'authResult message txnId users',
  'phr.profile.verify': 'authResult message txnId users',
  'phr.login.search': 'abhaAddress authMethods blockedAuthMethods fullName healthIdNumber message mobile status',
  'web.login.search': 'abhaAddress authMethods blockedAuthMethods fullName healthIdNumber message mobile status',
  'phr.login.verify': 'authResult message users',
  'web.login.verify': 'authResult message users',
  'phr.login.verify_user': 'expiresIn refreshExpiresIn refreshToken switchProfileEnabled token',
  'phr.profile.delink': 'authResult message',
  'phr.profile.link': 'authResult message',
  'phr.profile.get':
    'abhaAddress abhaLinkedCount address authMethods dayOfBirth districtCode districtName email emailVerified firstName fullName gender kycStatus lastName middleName mobile mobileVerified monthOfBirth pinCode stateCode stateName status yearOfBirth',
  'phr.profile.update':
    'abhaAddress abhaLinkedCount address authMethods dayOfBirth districtCode districtName email emailVerified firstName fullName gender kycStatus lastName middleName mobile mobileVerified monthOfBirth pinCode stateCode stateName status yearOfBirth',
  'phr.profile.logout': 'message timestamp',
  'phr.profile.refresh': 'tokens tokens.expiresIn tokens.refreshExpiresIn tokens.refreshToken tokens.token',
  'phr.profile.switch': 'tokens tokens.expiresIn tokens.refreshToken tokens.token txnId users',
  'web.profile.get':
    'abhaAddress abhaLinkedCount address authMethods dayOfBirth districtCode districtName email emailVerified firstName fullName gender kycStatus lastName middleName mobile mobileVerified monthOfBirth pinCode stateCode stateName status subDistrictCode subDistrictName yearOfBirth',
}

export const alwaysFilled = ({ id }: Operation): readonly string[] => filled[id]?.split(' ') ?? []
