import { command } from './curl.ts'
import { type Html, html, prose } from './html.ts'
import { code } from './page.ts'
import type { Setting } from './samples.ts'

/** The first flow, as commands that run one after the other in one shell (test/browser walks it). */

type Step = {
  readonly title: string
  readonly text: string
  readonly run: string
  readonly answer?: string
  readonly after?: string
}

const json = `-H 'Content-Type: application/json'`
const bearer = `-H "Authorization: Bearer $TOKEN"`

const inboxOtp = `OTP=$(curl -s "ORIGIN/sandbox/v1/messages?to=9876543210&limit=1" | pick otp)`
const personsOtp = `OTP=the-six-digits-that-the-person-received`

const steps = ({ isSandbox }: Setting): readonly Step[] => {
  const otp = isSandbox ? inboxOtp : personsOtp
  const [id, secret] = isSandbox ? ['openabha-dev', 'openabha-dev-secret'] : ['your-client-id', 'your-client-secret']
  return [
    {
      title: 'Log in as a client',
      text: 'Exchange the id and secret of your client for an access token. It is good for 30 minutes; renew it with the refresh token. `pick` shows an answer and keeps one field of it for the steps that follow.',
      run: `pick() { tee /dev/stderr | sed -n "s/.*\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/p"; }

TOKEN=$(curl -s ORIGIN/connect-auth/v1/account/login \\
  ${json} \\
  -d '{"client_id":"${id}","client_secret":"${secret}"}' \\
  | pick access_token)`,
      answer: '{"access_token":"eyJhbGci…","refresh_token":"6J10z2hr…","expires_in":1800,"refresh_expires_in":2592000}',
    },
    {
      title: 'Send an OTP to the mobile',
      text: 'The answer is the same whether or not the number has an ABHA. Its `txn_id` is the handle of the flow.',
      run: `TXN_ID=$(curl -s ORIGIN/abdm/na/v1/registration/mobile/init \\
  ${bearer} ${json} \\
  -d '{"mobile_number":"9876543210"}' \\
  | pick txn_id)`,
      answer: '{"txn_id":"01a2055e-633c-…","hint":"OTP is sent to Mobile number ending with ******3210"}',
    },
    {
      title: 'Get the OTP',
      text: isSandbox
        ? 'No phone rings in the sandbox: the OTP arrives in the [console](/console), and here.'
        : 'The person reads it from their phone and tells you.',
      run: otp,
      ...(isSandbox && {
        answer: '{"messages":[{"to":"9876543210","otp":"699946","purpose":"registration.mobile", …}]}',
      }),
    },
    {
      title: 'Verify it',
      text: '`skip_state` says which screen comes next: `abha_create` when no ABHA address is on this mobile, `abha_select` when there are some; a further one may be created in both cases.',
      run: `curl -s ORIGIN/abdm/na/v1/registration/mobile/verify \\
  ${bearer} ${json} \\
  -d @- <<JSON
{"txn_id": "$TXN_ID", "otp": "$OTP"}
JSON`,
      answer: '{"txn_id":"01a2055e-633c-…","skip_state":"abha_create","abha_profiles":[]}',
    },
    {
      title: 'Create the ABHA address',
      text: 'The details are self-declared, so the profile is not KYC verified. `eka.oid` names this user from now on; the user’s session is open.',
      run: `ADDRESS="asha.$(date +%s)"

OID=$(curl -s ORIGIN/abdm/na/v1/registration/mobile/create-phr \\
  ${bearer} ${json} \\
  -d @- <<JSON | pick oid
{"txn_id": "$TXN_ID", "abha_address": "$ADDRESS",
 "profile": {"first_name": "Asha", "last_name": "Rao", "gender": "F",
   "day_of_birth": 9, "month_of_birth": 4, "year_of_birth": 1990,
   "pincode": "834001"}}
JSON
)`,
      answer:
        '{"skip_state":"abha_end","success":true,"eka":{"oid":"179726285402554","uuid":"77227e2c-…","min_token":"eyJ…"},"profile":{…},"token":"eyJ…","refresh_token":"eyJ…"}',
    },
    {
      title: 'Open a session when there is none',
      text: `The last step opened one already. It ends after a while; then calls about the user answer 491, and you open it again with an OTP to the person.`,
      run: `curl -s ORIGIN/abdm/v1/session/status ${bearer} -H "X-Pt-Id: $OID"

TXN_ID=$(curl -s ORIGIN/abdm/v1/session/init \\
  ${bearer} -H "X-Pt-Id: $OID" ${json} \\
  -d "{\\"abha_address\\":\\"$ADDRESS\\"}" \\
  | pick txn_id)

${otp}

curl -s ORIGIN/abdm/v1/session/verify \\
  ${bearer} -H "X-Pt-Id: $OID" ${json} \\
  -d @- <<JSON
{"txn_id": "$TXN_ID", "otp": "$OTP"}
JSON`,
      answer:
        '{"logged_in":true,"kyc_verified":false}\n{"txn_id":"01a2055e-6462-…"}\n{"token":"eyJ…","refresh_token":"eyJ…"}',
    },
    {
      title: 'Read the profile',
      text: 'As ABDM has it at this moment. Fields without a value are left out.',
      run: `curl -s ORIGIN/abdm/v1/profile \\
  ${bearer} -H "X-Pt-Id: $OID"`,
      answer:
        '{"abha_address":"asha.1795386401@sbx","abha_addresses":["asha.1795386401@sbx"],"first_name":"Asha","last_name":"Rao","full_name":"Asha Rao","gender":"F","day_of_birth":9, … "district_name":"Ranchi","state_name":"Jharkhand","kyc_verified":false}',
    },
  ]
}

/** The operations that the walk calls; without one of them it would lead nowhere. */
const walked = [
  'accountLogin',
  'registrationMobileInit',
  'registrationMobileVerify',
  'registrationMobileCreate',
  'sessionStatus',
  'sessionInit',
  'sessionVerify',
  'profileGet',
]

const linked = (text: string): Html => ({
  html: prose(text).html.replace(/\[(\w+)\]\((\/\w+)\)/g, '<a href="$2">$1</a>'),
})

export const walk = (served: ReadonlySet<string>, setting: Setting): Html | false =>
  walked.every((operationId) => served.has(operationId)) &&
  html`<section id="first-flow" aria-labelledby="first-flow-title">
<h2 id="first-flow-title">First flow</h2>
<p class="lead">From nothing to a profile in seven steps: run them one after the other in one shell (bash or zsh, with curl).</p>
<ol class="walk">${steps(setting).map(
    ({ title, text, run, answer }) => html`<li>
<div class="walk-text"><h3>${title}</h3><p>${linked(text)}</p></div>
<div class="walk-code">${code(`Command: ${title}`, command(run))}${answer !== undefined && html`<pre class="answer" tabindex="0" role="region" aria-label="Answer: ${title}"><code>${answer}</code></pre>`}</div>
</li>`,
  )}</ol>
</section>`
