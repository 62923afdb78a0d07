import { operationIds } from '../../emulator/server.ts'
import { command } from '../../pages/curl.ts'
import { html } from '../../pages/html.ts'
import { code, page, wordmark } from '../../pages/page.ts'

/** The console's frame; its scripts fill it from the public routes of the sandbox. */

const firstOtp = `TOKEN=$(curl -s ORIGIN/connect-auth/v1/account/login \\
  -H 'Content-Type: application/json' \\
  -d '{"client_id":"openabha-dev","client_secret":"openabha-dev-secret"}' \\
  | sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p')

curl -s ORIGIN/abdm/na/v1/registration/mobile/init \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"mobile_number":"9876543210"}'`

/** What goes wrong most often in real life, in the words of whoever waits for the answer. */
const commonFaults = [
  { id: 'error', text: 'ABDM answers with an error' },
  { id: 'timeout', text: 'ABDM never answers' },
  { id: 'drop_before', text: 'The connection breaks before ABDM acts' },
  { id: 'drop_after', text: 'ABDM acts, but its answer is lost' },
  { id: 'html', text: 'A proxy answers with an HTML page' },
  { id: 'truncated', text: 'The answer breaks off in the middle' },
]

export const consolePage = (): string =>
  page({
    title: 'OpenABHA sandbox console',
    description:
      'OTPs as they arrive, synthetic people, webhooks, time, faults and the upstream trace of this sandbox.',
    base: '/console',
    styles: ['base.css', 'controls.css', 'console.css', 'panels.css', 'trace.css'],
    script: 'console.js',
    body: html`<a class="skip" href="#inbox">Skip to the inbox</a>
<header class="bar"><a class="brand" href="/console">${wordmark('Sandbox console')}</a>
<nav class="links" aria-label="This page"><a href="#inbox">Inbox</a> <a href="#people">People</a> <a id="webhooks-link" href="#webhooks" hidden>Webhooks</a> <a href="#trace">Trace</a> <a id="docs-link" href="/docs" hidden>API</a></nav>
<p id="connection" class="connection" role="status" data-state="connecting">Connecting …</p></header>
<p id="lost" class="lost" role="alert" hidden></p>
<noscript><p class="lost">This page needs JavaScript. Without it: <code>curl ${'http://127.0.0.1:8080'}/sandbox/v1/messages</code> lists the OTPs, and <a href="/docs">the documentation</a> works as it is.</p></noscript>
<main>
<h1 class="unseen">Sandbox console</h1>
<section id="inbox" aria-labelledby="inbox-title" tabindex="-1">
<div class="head"><h2 id="inbox-title">Inbox</h2>
<div class="tools"><label class="unseen" for="filter">Show only this mobile</label><input id="filter" type="search" inputmode="tel" autocomplete="off" placeholder="Only this mobile …"><button type="button" id="clear">Clear</button></div></div>
<p id="inbox-said" class="said" role="status"></p>
<div id="empty" class="empty" hidden>
<h3>No OTP yet</h3>
<p>Every OTP that this sandbox sends arrives here by itself; no phone is involved.</p>
<div id="first-otp" hidden><p>Ask for one:</p>${code('Command: ask for an OTP', command(firstOtp))}</div>
<p id="first-otp-alone" hidden>This is the emulator alone: point your gateway at <code data-origin>http://127.0.0.1:8090</code> and let it ask for an OTP.</p>
</div>
<p id="empty-filter" class="empty" hidden></p>
<ol id="messages" class="messages" aria-label="OTPs, newest first"></ol>
<button type="button" id="older" hidden></button>
</section>

<aside aria-label="Controls">
<section aria-labelledby="clock-title" class="panel">
<h2 id="clock-title">Time</h2>
<p id="clock" class="clock"><time id="clock-time">--:--:--</time></p>
<p id="clock-about" class="about"></p>
<div class="row" role="group" aria-label="Move time forward"><button type="button" data-advance="600">+10 min</button><button type="button" data-advance="1800">+30 min</button><button type="button" data-advance="86400">+1 day</button></div>
<p id="clock-said" class="said" role="status"></p>
</section>

<section aria-labelledby="faults-title" class="panel">
<h2 id="faults-title">Faults</h2>
<form id="fault-form">
<label for="fault-kind">What goes wrong</label>
<select id="fault-kind">${commonFaults.map(({ id, text }) => html`<option value="${id}">${text}</option>`)}</select>
<label for="fault-operation">In which call to ABDM</label>
<select id="fault-operation"><option value="*">any call</option>${[...operationIds].sort().map((id) => html`<option>${id}</option>`)}</select>
<div class="row"><div class="times"><label for="fault-times">How often</label><input id="fault-times" type="number" min="1" max="1000" value="1" required></div><button class="main">Add fault</button></div>
</form>
<ul id="faults" class="faults"></ul>
<button type="button" id="clear-faults" class="small" hidden>Clear all faults</button>
<p id="faults-said" class="said" role="status"></p>
</section>

<section aria-labelledby="more-title" class="panel">
<h2 id="more-title">Keys and reset</h2>
<p class="about">Rotating publishes new RSA certificates; what is sealed with the old ones is refused, as at ABDM.</p>
<div class="row"><button type="button" id="rotate">Rotate keys</button><button type="button" id="reset" class="danger">Reset …</button></div>
<p id="more-said" class="said" role="status"></p>
</section>
</aside>

<section id="people" aria-labelledby="people-title" tabindex="-1">
<div class="head"><h2 id="people-title">People</h2><div class="tools"><button type="button" id="add-person">Add a made-up person</button></div></div>
<p class="lead">Nobody here exists. Each is for one branch of your screens.</p>
<p id="people-said" class="said" role="status"></p>
<ul id="citizens" class="people"></ul>
</section>

<section id="webhooks" aria-labelledby="webhooks-title" tabindex="-1" hidden>
<div class="head"><h2 id="webhooks-title">Webhooks</h2></div>
<p class="lead">After every new ABHA address the event abha.created goes to your endpoint, and again with growing pauses for a day until it answers 2xx. Moving time forward brings the next attempt.</p>
<form id="webhook-form" class="trace-form"><div><label for="webhook-url">Endpoint</label><input id="webhook-url" type="url" required autocomplete="off" spellcheck="false" placeholder="http://127.0.0.1:9000/abha"></div><div><label for="webhook-key">Signing key, if you want one</label><input id="webhook-key" autocomplete="off" spellcheck="false"></div><button class="main">Send events there</button></form>
<p id="webhooks-said" class="said" role="status"></p>
<p id="no-deliveries" class="empty" hidden>No event was sent yet. Name an endpoint, then finish a registration.</p>
<ol id="deliveries" class="exchanges" aria-label="Deliveries, newest first"></ol>
</section>

<section id="trace" aria-labelledby="trace-title" tabindex="-1">
<div class="head"><h2 id="trace-title">Trace</h2></div>
<p class="lead">What went over the wire to ABDM, encrypted fields opened.</p>
<form id="trace-form" class="trace-form"><div><label for="trace-id">txn_id</label><input id="trace-id" autocomplete="off" spellcheck="false" placeholder="of any answer of this server"></div><button class="main">Show its calls</button><button type="button" id="trace-latest">Show the latest calls</button></form>
<p id="trace-said" class="said" role="status"></p>
<ol id="exchanges" class="exchanges"></ol>
</section>
</main>

<dialog id="reset-dialog" aria-labelledby="reset-title">
<h2 id="reset-title">Reset the sandbox?</h2>
<p>Transactions, users, messages, faults, the trace and added people go; the clock returns to real time. Clients, their tokens and the RSA keys stay.</p>
<form method="dialog" class="row"><button value="keep" autofocus>Keep everything</button><button value="reset" class="danger">Reset the sandbox</button></form>
</dialog>`,
  })
