/** The public routes of the sandbox. A problem is an Error whose message can be shown: what happened and what to do. */

const offline = 'The server does not answer. Start it again (npm start); this page goes on by itself.'

const explained = (status, body) => {
  const said = body?.source_error?.message ?? body?.error ?? 'no reason given'
  if (status >= 500) return `The server answered ${status}: ${said}. Its log has the cause.`
  return `${said}.`
}

export const call = async (method, path, body) => {
  let response
  try {
    response = await fetch(`/sandbox/v1${path}`, {
      method,
      ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    })
  } catch {
    throw new Error(offline)
  }
  const answer = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (!response.ok) throw new Error(explained(response.status, answer))
  return answer
}
