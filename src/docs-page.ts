import { connectRoutes } from './api/index.ts'
import { operationsRoutes } from './operations.ts'
import { assetTag } from './pages/assets.ts'
import { readComments } from './pages/comments.ts'
import { errorList } from './pages/error-list.ts'
import { guide } from './pages/guide.ts'
import { type Html, html } from './pages/html.ts'
import { keeping } from './pages/keeping.ts'
import { operation } from './pages/operation.ts'
import { page, wordmark } from './pages/page.ts'
import { walk } from './pages/walk.ts'
import type { Route } from './route.ts'

/** `GET /docs`: made of the routes that are served and of the error table, once, when somebody first asks. */

const groupTitles: Readonly<Record<string, { title: string; about: string }>> = {
  auth: { title: 'Client tokens', about: 'How your server proves who it is.' },
  'registration-mobile': {
    title: 'Registration by mobile',
    about: 'A new ABHA address on a mobile number, without Aadhaar.',
  },
  'registration-aadhaar': { title: 'Registration by Aadhaar', about: 'An ABHA number and address with KYC.' },
  'face-auth': { title: 'Face authentication', about: 'Aadhaar by face instead of OTP.' },
  helpers: { title: 'Helpers', about: 'Small questions on the way through a registration.' },
  login: { title: 'Login', about: 'For people who have an ABHA already.' },
  session: { title: 'User session', about: 'The person’s session at the ABDM gateway.' },
  profile: { title: 'Profile', about: 'What ABDM knows of a person who has a session.' },
  'profile-kyc': { title: 'KYC', about: 'Verifying an ABHA address with Aadhaar.' },
  search: { title: 'Search', about: 'Finding the ABHA numbers of a mobile.' },
  share: { title: 'Share', about: 'Handing the profile to a facility.' },
  operations: { title: 'Operation of the server', about: 'For operators and their tools.' },
  sandbox: { title: 'Sandbox', about: 'Exists only with the embedded ABDM; none of it is there with a real one.' },
}

const titled = (tag: string): { title: string; about: string } =>
  groupTitles[tag] ?? {
    title: tag.charAt(0).toUpperCase() + tag.slice(1).replaceAll('-', ' '),
    about: '',
  }

const served = async (isSandbox: boolean): Promise<readonly Route<never>[]> => {
  const connect: readonly Route<never>[] = [...connectRoutes, ...operationsRoutes]
  if (!isSandbox) return connect.filter(({ tag }) => tag !== assetTag)
  const { sandboxRoutes, productRoutes } = await import('./sandbox/index.ts')
  return [...connect, ...sandboxRoutes, ...productRoutes].filter(({ tag }) => tag !== assetTag)
}

const navigation = (
  groups: ReadonlyMap<string, readonly Route<never>[]>,
  hasWalk: boolean,
): Html => html`<nav id="contents" aria-label="Contents">
<div class="find" role="search"><label for="find">Find <kbd id="shortcut"></kbd></label>
<input id="find" type="search" autocomplete="off" spellcheck="false" placeholder="otp, 491, EKA-1001 …"><p id="found" role="status"></p></div>
<h2>Guide</h2>
<ul>${hasWalk && html`<li><a href="#first-flow">First flow</a></li>`}${guide.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}<li><a href="#commands">The commands</a></li></ul>
${[...groups].map(
  ([tag, routes]) => html`<h2><a href="#group-${tag}">${titled(tag).title}</a></h2>
<ul>${routes.map(({ operationId, method, summary }) => html`<li><a href="#${operationId}" data-operation="${operationId}"><span class="method ${method.toLowerCase()}">${method}</span> <span>${summary}</span></a></li>`)}</ul>`,
)}
<h2>Errors</h2>
<ul><li><a href="#errors-here">Found by this server</a></li><li><a href="#errors-abdm">Passed on from ABDM</a></li></ul>
</nav>`

const commands = (isSandbox: boolean): Html => html`<section id="commands" aria-labelledby="commands-title">
<h2 id="commands-title">The commands below</h2>
<p>Each can be pasted into a shell as it is, once its variables are set; the <a href="#first-flow">first flow</a> sets most of them.</p>
<dl class="terms">
<div><dt><code>$TOKEN</code></dt><dd><code>access_token</code> of the login${isSandbox && html`<span id="fill-token" data-client="openabha-dev" data-secret="openabha-dev-secret"></span>`}</dd></div>
<div><dt><code>$REFRESH_TOKEN</code></dt><dd><code>refresh_token</code> of the login or of the last refresh</dd></div>
<div><dt><code>$TXN_ID</code></dt><dd><code>txn_id</code> of the flow</dd></div>
<div><dt><code>$OTP</code></dt><dd>what the person received${isSandbox && html`; here, what the <a href="/console">console</a> shows`}</dd></div>
<div><dt><code>$OID</code></dt><dd><code>eka.oid</code> of the answer that ended a flow</dd></div>
</dl>
</section>`

const render = async (isSandbox: boolean): Promise<string> => {
  const [routes, comments] = await Promise.all([served(isSandbox), readComments(['api/', 'sandbox/'])])
  const groups = Map.groupBy(routes, ({ tag }) => tag)
  const firstFlow = walk(new Set(routes.map(({ operationId }) => operationId)), { isSandbox })
  return page({
    title: 'OpenABHA API',
    description: 'The operations of this OpenABHA server: ABHA registration, login, session and profile.',
    base: '/docs',
    styles: ['base.css', 'controls.css', 'docs.css', 'guide.css', 'reference.css'],
    script: 'docs.js',
    body: html`<a class="skip" href="#content">Skip to the content</a>
<header class="bar"><a class="brand" href="/docs">${wordmark('API')}</a>
<button type="button" id="menu" class="quiet" aria-expanded="false" aria-controls="contents" hidden>Contents</button>
<p class="links">${isSandbox && html`<a href="/console">Console</a> `}<a href="/openapi.json">OpenAPI</a></p></header>
<div class="frame">
${navigation(groups, firstFlow !== false)}
<main id="content" tabindex="-1">
<div class="intro">
<h1>ABHA registration, login, session and profile</h1>
<p class="lead">The interface of ABDM Connect, served by you. JSON in, JSON out; every call but the login carries the access token of your client. ${isSandbox ? html`This server is a <strong>sandbox</strong>: ABDM is built in, the people are synthetic, nothing leaves this machine.` : html`This server talks to ABDM: every OTP reaches a real person.`}</p>
<dl class="facts">
<div><dt>Address</dt><dd><code data-origin>http://127.0.0.1:8080</code></dd></div>
${isSandbox && html`<div><dt>Client</dt><dd><code>openabha-dev</code></dd></div><div><dt>Secret</dt><dd><code>openabha-dev-secret</code></dd></div>`}
<div><dt>Paths</dt><dd>exact, no trailing slash</dd></div>
<div><dt>Unknown fields</dt><dd>ignored; <code>""</code> in an optional one means “not given”</dd></div>
</dl>
</div>
${firstFlow}
${guide.map(({ render: section }) => section())}
${commands(isSandbox)}
${[...groups].map(
  ([tag, members]) => html`<section class="group" id="group-${tag}" aria-labelledby="title-${tag}">
<h2 id="title-${tag}">${titled(tag).title}</h2>
<p class="lead">${titled(tag).about}</p>
${members.map((declared) => operation(declared, comments.get(declared.operationId), { isSandbox }))}
</section>`,
)}
<section class="group" id="errors" aria-labelledby="errors-title">
<h2 id="errors-title">Errors</h2>
${errorList(isSandbox)}
</section>
<p id="nothing-found" hidden>Nothing fits. Try a part of a path, a field name, a status or a code.</p>
</main>
</div>`,
  })
}

const rendered = keeping(render)

export const docsPage = (isSandbox: boolean): Promise<string> => rendered(isSandbox)
