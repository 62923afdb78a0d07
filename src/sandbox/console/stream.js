/** The server-sent events of the inbox, opened anew whenever they break. */

const pauses = [500, 1_000, 2_000, 4_000]

export const listen = ({ onOpen, onMessage, onLost }) => {
  let losses = 0
  let source
  let timer

  const open = () => {
    clearTimeout(timer)
    source?.close()
    source = new EventSource('/sandbox/v1/messages/stream')
    source.addEventListener('open', () => {
      const wasLost = losses > 0
      losses = 0
      onOpen(wasLost)
    })
    source.addEventListener('message', ({ data }) => onMessage(JSON.parse(data)))
    source.addEventListener('error', () => {
      source.close()
      onLost()
      timer = setTimeout(open, pauses[Math.min(losses++, pauses.length - 1)])
    })
  }

  open()
  // A machine that slept may hold a connection that is dead and does not know it.
  window.addEventListener('online', open)
  return { reopen: open }
}
