import { SkipState } from '../api/answers.ts'
import { connectRoutes } from '../api/index.ts'
import { type Html, html, pathText, prose } from './html.ts'
import { literalsOf } from './schema.ts'

/** What a schema cannot say: order, identity, errors. The source of every sentence is the wire contract. */

const served = new Map(connectRoutes.map((declared) => [declared.path, declared]))

const linksTo = (paths: readonly string[]): Html[] =>
  paths.flatMap((path) => {
    const declared = served.get(path)
    return declared ? [html`<a href="#${declared.operationId}"><code>${pathText(path)}</code></a>`] : []
  })

const list = (items: readonly Html[]): Html => html`${items.map((item, index) => html`${index > 0 && ', '}${item}`)}`

const registration = '/abdm/na/v1/registration'
const screens: Readonly<Record<string, { shows: string; next: readonly string[] }>> = {
  confirm_mobile_otp: {
    shows: 'entry of the OTP that went to the new mobile',
    next: [`${registration}/aadhaar/mobile/verify`],
  },
  abha_select: {
    shows: 'a choice among `abha_profiles`; in a registration a new address may be created instead',
    next: ['/abdm/na/v1/profile/login/phr', `${registration}/mobile/create-phr`],
  },
  abha_create: {
    shows: 'a choice of a new ABHA address; when `abha_profiles` is not empty, also “use one of these”',
    next: [
      `${registration}/mobile/create-phr`,
      `${registration}/aadhaar/create-phr`,
      `${registration}/aadhaar/auto-login`,
    ],
  },
  abha_end: { shows: 'that it is done', next: [] },
}

const skipState = (): Html => html`<section id="skip-state" aria-labelledby="skip-state-title">
<h2 id="skip-state-title"><code>skip_state</code>: which screen comes next</h2>
<p>The answers of verify and create steps carry it. Let it lead, and your screens need no knowledge of the flow.</p>
<dl class="terms">${Object.entries(screens)
  .filter(
    ([state, { next }]) => literalsOf(SkipState).includes(state) && (next.length === 0 || linksTo(next).length > 0),
  )
  .map(
    ([state, { shows, next }]) => html`<div><dt><code>${state}</code></dt><dd><p>The person sees ${prose(shows)}.</p>
<p>${next.length > 0 ? html`Next: ${list(linksTo(next))}` : 'Next: nothing, the flow is finished.'}</p></dd></div>`,
  )}</dl>
</section>`

const txnId = (): Html => html`<section id="txn-id" aria-labelledby="txn-id-title">
<h2 id="txn-id-title"><code>txn_id</code>: the handle of a flow</h2>
<ul class="points">
<li>A flow keeps <strong>one</strong> <code>txn_id</code> from its first answer to its end; every answer that has the field repeats it. It is opaque text.</li>
<li>It belongs to the client that began it. A transaction that is unknown, over, finished or another client’s is answered the same way: <a href="#error-txnUnknown">400, Transaction not found</a>.</li>
<li>It lives 30 minutes after its last successful step; an OTP lives 10 minutes. After the last step the transaction is finished.</li>
<li>A wrong OTP leaves the flow where it is and is counted; the third wrong one closes it. What is not six digits is refused without being counted. A right OTP works once.</li>
<li>A resend gives a new OTP and the old one stops working. At most two resends, each 60 seconds or more after the send before; otherwise <a href="#error-tooManyRequests">429</a> with <code>Retry-After</code>.</li>
</ul>
<p class="note">These numbers are settings of the operator: <code>OTP_LIFETIME_SECONDS</code>, <code>OTP_TRIES_MAX</code>, <code>OTP_RESENDS_MAX</code>, <code>OTP_RESEND_WAIT_SECONDS</code>, <code>TXN_LIFETIME_SECONDS</code>.</p>
</section>`

const namingTheUser = (): Html => html`<section id="naming-the-user" aria-labelledby="naming-title">
<h2 id="naming-title">Naming the user</h2>
<p>A flow that ends binds the ABHA address to a user of your client and answers <code>eka.oid</code>. Keep it: it says in later calls whom they are about. Logging in twice gives the same <code>oid</code>.</p>
<dl class="terms">
<div><dt><code>X-Pt-Id</code></dt><dd>The user’s <code>oid</code> on this server.</dd></div>
<div><dt><code>?oid=</code></dt><dd>The same as a query parameter, on the operations that list it; goes before the header.</dd></div>
<div><dt><code>X-Partner-Pt-Id</code></dt><dd>Your own identifier of the user. The flow that ends with it binds it; afterwards it names the user without an <code>oid</code>.</dd></div>
<div><dt><code>X-Hip-Id</code></dt><dd>The facility on whose behalf you call. Never selects a user.</dd></div>
</dl>
<ul class="points">
<li>The order: <code>oid</code>, then <code>X-Pt-Id</code>, then a bound <code>X-Partner-Pt-Id</code>, then the subject of a user-scoped token, then, for session init only, the owner of the <code>abha_address</code>.</li>
<li>On <code>/abdm/na/v1/*</code> the headers are remembered with the transaction; later steps may leave them out. An <code>X-Pt-Id</code> that is not known is ignored there, and the flow ends with a new user.</li>
<li>Users belong to the client. An <code>oid</code> that does not exist and one of another client get the same answer: <a href="#error-userUnknown">404</a>, and on <code>session/status</code> <code>logged_in: false</code>. Nobody named where a user is needed: <a href="#error-userNotNamed">400</a>.</li>
<li>An address that belongs to another user than the one named: <a href="#error-accountClaimed">400, EKA-1001</a>. A named user who is another person already: <a href="#error-mobileClaimed">400, EKA-1002</a>.</li>
<li>With a user-scoped token (<code>eka.min_token</code>) as bearer the user is named by the token; any other one beside it is <a href="#error-notForThisUser">403</a>.</li>
</ul>
</section>`

const sessionEnded = (): Html => {
  const needing = connectRoutes.filter((declared) => declared.needsUserSession)
  return html`<section id="session-ended" aria-labelledby="session-ended-title">
<h2 id="session-ended-title">491: the user’s session has ended</h2>
<p>Not a registered HTTP status, but part of the published interface. Your client token is fine; the <em>person’s</em> session at the ABDM gateway is not. Do not log in again: open the session with <a href="#sessionInit">session init</a> and <a href="#sessionVerify">verify</a>, then repeat the call.</p>
<p>It is answered when no session was ever opened for the user, when it ended and could not be renewed, or when ABDM refuses it. The flows that end with <code>abha_end</code> and session verify open one, and this server renews it while ABDM allows. <a href="#sessionStatus">Session status</a> asks without a risk of 491.</p>
<p>Operations that answer it: ${list(needing.map(({ method, path, operationId }) => html`<a href="#${operationId}"><code>${method} ${pathText(path)}</code></a>`))}. Never <code>/abdm/na/v1/*</code> and never <code>session/*</code>.</p>
</section>`
}

const errorsLook = (): Html => html`<section id="errors-look" aria-labelledby="errors-look-title">
<h2 id="errors-look-title">How errors look</h2>
<pre class="answer" tabindex="0" role="region" aria-label="An error body"><code>{"code":400,"error":"OTP doesn't match","source_error":{"code":"ABDM-1035","message":"OTP does not match"}}</code></pre>
<ul class="points">
<li><code>code</code> is a number and always the HTTP status. <code>error</code> is text for people.</li>
<li><code>source_error</code> is there when a code of ABDM’s vocabulary fits, never <code>null</code>. Decide by <code>source_error.code</code>, not by text. The account operations answer <code>code</code> and <code>error</code> only.</li>
<li><code>401</code> is about your client token or secret and nothing else. <code>403</code>: a good token that may not do this. <code>429</code> comes with <code>Retry-After</code> in seconds.</li>
<li>Every answer carries <code>X-Request-Id</code>; the operator finds the log line by it.</li>
</ul>
</section>`

export const guide: readonly { id: string; title: string; render: () => Html }[] = [
  { id: 'skip-state', title: 'skip_state', render: skipState },
  { id: 'txn-id', title: 'txn_id', render: txnId },
  { id: 'naming-the-user', title: 'Naming the user', render: namingTheUser },
  { id: 'session-ended', title: '491', render: sessionEnded },
  { id: 'errors-look', title: 'How errors look', render: errorsLook },
]
