import { publishedErrors } from './published-errors.ts'

/**
 * Everything a caller can ever receive as an error, and the one renderer. `docs/errors.md` is generated from this table.
 *
 * Rows with `abdm` are the published mapping of upstream codes: an error that came from upstream keeps exactly the row's
 * status and text. The other rows are found by this server before or without asking upstream; where the published
 * vocabulary has a code for the same thing they carry it, so that a client which looks at `source_error.code` sees one.
 */
export type ErrorRow = {
  readonly status: number
  readonly text: string
  /** The `source_error` that goes with a finding of our own. */
  readonly source?: { readonly code: string; readonly message: string }
  /** Upstream codes that lead here by code alone; `translate.ts` holds the ones that need their message read. */
  readonly abdm?: readonly string[]
  /** What happened and what the caller can do, for `docs/errors.md`. */
  readonly meaning: string
}

export const table = {
  invalidField: {
    status: 400,
    text: 'Validation failed',
    source: { code: 'ABDM-1010', message: 'A field is missing or malformed' },
    meaning:
      'A field is missing or malformed; `source_error.message` names it and its rule. Nothing was sent upstream, no try was counted.',
  },
  bodyUnreadable: {
    status: 400,
    text: 'Validation failed',
    source: { code: 'ABDM-1010', message: 'The body must be a JSON object' },
    meaning:
      'The body is not JSON, is larger than 64 KiB, or has another content type. Send a JSON object with `Content-Type: application/json`.',
  },
  txnUnknown: {
    status: 400,
    text: 'Transaction not found for UUID.',
    source: { code: 'MIS-1026', message: 'Transaction not found for UUID.' },
    meaning:
      'The `txn_id` is unknown, has expired, is finished, or belongs to another client; the four are not told apart. Begin the flow again.',
  },
  stepNotAllowed: {
    status: 400,
    text: 'Bad Request, invalid request',
    source: { code: 'ABDM-1006', message: 'This step is not allowed in the present state of the transaction' },
    meaning:
      'The transaction exists but this step does not follow its last one, or another call of it is still running. The transaction stays usable; `skip_state` of its last answer says what comes next.',
  },
  addressNotOffered: {
    status: 400,
    text: 'Bad Request, invalid request',
    source: { code: 'ABDM-1006', message: 'The address is not among the abha_profiles of this transaction' },
    meaning: 'Choose one of the `abha_profiles` that the verify step answered.',
  },
  otpWrong: {
    status: 400,
    text: "OTP doesn't match",
    source: { code: 'ABDM-1035', message: 'OTP does not match' },
    meaning:
      'The OTP is wrong. It counts; the third wrong one closes the transaction. After a verification whose answer was lost the OTP may be used up: ask for a new one.',
  },
  otpEnded: {
    status: 400,
    text: "OTP doesn't match",
    source: { code: 'ABDM-1035', message: 'The OTP has ended; ask for a new one' },
    meaning:
      'The OTP is older than its lifetime, or a resend has replaced it. Ask for a new one with the resend step, or begin again.',
  },
  triesUsedUp: {
    status: 400,
    text: 'too many attempts; start again',
    source: { code: 'ABDM-1100', message: 'Too many wrong OTPs in this transaction' },
    meaning: 'Too many wrong OTPs closed the transaction. Begin the flow again.',
  },
  addressTaken: {
    status: 400,
    text: 'This ABHA Address already exists. Please create with unique ABHA address',
    source: { code: 'ABDM-1101', message: 'This ABHA Address already exists. Please create with unique ABHA Address' },
    meaning: 'Somebody has this ABHA address. Offer another one; the transaction stays usable.',
  },
  mobileMissing: {
    status: 400,
    text: 'Mobile number not found.',
    source: {
      code: 'ABDM-1111',
      message: 'No mobile is linked with this Aadhaar number; repeat the call with a mobile',
    },
    meaning:
      'The person is known, but neither Aadhaar nor the call has a mobile number. Repeat the call with the field `mobile`.',
  },
  alreadyVerified: {
    status: 400,
    text: 'Bad Request, invalid request',
    source: { code: 'ABDM-1006', message: 'This ABHA address is KYC verified already' },
    meaning: 'There is nothing to verify: the profile has an ABHA number.',
  },
  otherSessionNeeded: {
    status: 400,
    text: 'Bad Request, invalid request',
    source: {
      code: 'ABDM-1006',
      message: 'ABDM does not allow this with the present session; open another with session/init and session/verify',
    },
    meaning:
      'The session came from a registration by Aadhaar, from a search, or from PHR web, whose tokens can read only. Open one with `POST /abdm/v1/session/init` and `/verify`, then repeat the call.',
  },
  facilityUnknown: {
    status: 400,
    text: 'Validation failed',
    source: {
      code: 'ABDM-1010',
      message: 'hip_id and counter_id must name a facility that can be reached from this server',
    },
    meaning: 'No facility with this `hip_id` and `counter_id` can be reached. Both come from the facility’s QR code.',
  },
  // The facility is asked, so the published row holds (connect §5.4).
  shareRefused: {
    status: 500,
    text: 'Unable to share the details with Hospital',
    source: { code: 'ABDM-1018', message: 'The facility did not take the profile' },
    meaning: 'The facility refused. Nothing can be done from here; ask at its counter.',
  },
  accountClaimed: {
    status: 400,
    text: 'This account has already been claimed by the mobile number: <mobile>',
    source: { code: 'EKA-1001', message: 'This ABHA address or number belongs to another user of this client' },
    meaning:
      'The ABHA address or number belongs to another user of this client than the one named. The mobile is masked, and not shown to a user’s own bearer. Leave `X-Pt-Id` out, or name the right user.',
  },
  mobileClaimed: {
    status: 400,
    text: 'This mobile number has already been claimed by another account.',
    source: { code: 'EKA-1002', message: 'The named user is bound to another person' },
    meaning: 'The named user is bound to another person already. Leave `X-Pt-Id` out, or name the right user.',
  },
  userNotNamed: {
    status: 400,
    text: 'Validation failed',
    source: { code: 'ABDM-1010', message: 'Name the user: query oid, header X-Pt-Id or X-Partner-Pt-Id' },
    meaning:
      'The operation is about one user and none was named. Send `X-Pt-Id` or `oid` with the `eka.oid` of an earlier answer.',
  },
  clientUnknown: {
    status: 401,
    text: 'The client credentials are not valid',
    meaning: 'Wrong `client_id`, `client_secret` or `sharing_key`; the three are not told apart.',
  },
  tokenInvalid: {
    status: 401,
    text: 'The access token is missing, unknown or expired; log in again',
    meaning: 'Send `Authorization: Bearer <access_token>` from `POST /connect-auth/v1/account/login`, or refresh it.',
  },
  refreshTokenInvalid: {
    status: 401,
    text: 'The refresh token is unknown, expired or used up; log in again',
    meaning: 'Log in with the client credentials.',
  },
  notForThisUser: {
    status: 403,
    text: 'This token is not allowed to do that',
    meaning:
      'A user-scoped token (`eka.min_token`) reaches only the profile, session and pincode operations, and only its own user.',
  },
  foreignPage: {
    status: 403,
    text: 'Pages of other sites may not use the sandbox',
    meaning:
      'The sandbox asks nobody who they are, so it answers no web page but its own, those of this machine and of `CORS_ORIGINS`, and no foreign `Host` while it listens on loopback.',
  },
  userUnknown: {
    status: 404,
    text: 'The user is not known',
    meaning: 'No user of this client has this `oid`. Users of other clients are answered the same way.',
  },
  shareUnknown: {
    status: 404,
    text: 'The share request is not known',
    meaning: 'No request of this client has this `request_id`, or it is older than a day.',
  },
  pincodeUnknown: {
    status: 404,
    text: 'The pincode is not known',
    meaning: 'The pincode is well formed and in no table of this server. Check it with the person.',
  },
  pathUnknown: {
    status: 404,
    text: 'There is no such operation',
    meaning:
      'Wrong path or method. Paths are exact: no trailing slash, no other spelling. `GET /openapi.json` lists them.',
  },
  tooManyRequests: {
    status: 429,
    text: 'Too many requests',
    meaning:
      'A budget of this server is used up; nothing was sent. `Retry-After` says after how many seconds to try again.',
  },
  sessionEnded: {
    status: 491,
    text: "The user's ABHA session has ended; open a new one with session init and verify",
    meaning:
      'The client token is fine; the person has no live ABHA session here. Call `POST /abdm/v1/session/init` and `/verify`, then repeat the call.',
  },
  internal: {
    status: 500,
    text: 'Something went wrong',
    meaning: 'A failure of this server; the log has the cause under the request id of the `X-Request-Id` header.',
  },
  upstreamUnreachable: {
    status: 502,
    text: 'ABDM cannot be reached; try again',
    meaning:
      'The connection to ABDM failed before the call could be sent, so nothing was done there. Nothing of the transaction is lost; repeat the call.',
  },
  upstreamAnswerLost: {
    status: 502,
    text: 'The connection to ABDM broke before it answered, so it may have acted; try again',
    meaning:
      'The call was on its way, and nobody can tell what became of it: an OTP may have been sent, or used up. This server does not send it a second time by itself. Nothing of the transaction is lost here; repeat the call, or let a new OTP be sent.',
  },
  upstreamUnreadable: {
    status: 502,
    text: 'ABDM sent an answer that cannot be read; try again',
    meaning: 'The answer was not what the protocol says. Nothing of the transaction is lost; repeat the call.',
  },
  outcomeUnknown: {
    status: 502,
    text: 'ABDM did not confirm that it was done; repeat the same call',
    meaning:
      'The answer to an enrolment, to the link of a mobile or to that of a KYC was lost and asking did not settle it. Repeat the call, with the same address if it has one: this server asks again before it acts.',
  },
  upstreamOverloaded: {
    status: 503,
    text: 'ABDM is overloaded; try again later',
    meaning: 'ABDM refuses calls for the moment, or this server waits before it logs in there again.',
  },
  storeUnavailable: {
    status: 503,
    text: 'The database cannot be used now; try again',
    meaning:
      'The database of this server is locked, full or lost. What was acknowledged holds; repeat the call. `GET /readyz` says more to the operator.',
  },
  notReady: {
    status: 503,
    text: 'Not ready: <part>',
    meaning: 'Answer of `GET /readyz`; it names what fails: database, upstream, or both.',
  },
  stopping: {
    status: 503,
    text: 'The server is stopping; try again',
    meaning: 'The server is being stopped; another instance or the next start will answer.',
  },
  facilityTooSlow: {
    status: 504,
    text: 'The facility did not answer in time; try again',
    meaning: 'The facility may have got the profile. Sharing through v2 waits in the background instead.',
  },
  upstreamTooSlow: {
    status: 504,
    text: 'ABDM did not answer in time; try again',
    meaning:
      'No answer within the deadline. The call may have had its effect upstream; nothing of the transaction is lost here.',
  },
  ...publishedErrors,
} as const satisfies Record<string, ErrorRow>
