/** One message of a stream of server-sent events. */
export type StreamEvent = { event: string; data: unknown }

function parseData(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The whole messages in a text and what is left of it. Comments and messages without a name are passed over. */
export function takeEvents(text: string): { events: StreamEvent[]; rest: string } {
  const parts = text.split('\n\n')
  const rest = parts.pop() ?? ''
  const events = parts.flatMap((part) => {
    const fields = new Map(
      part.split('\n').map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const
      }),
    )
    const event = fields.get('event')
    return event === undefined ? [] : [{ event, data: parseData(fields.get('data') ?? '') }]
  })
  return { events, rest }
}

/** Reads a stream until it ends. Rejects when the connection breaks. */
export async function readStream(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: StreamEvent) => void,
): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const taken = takeEvents(rest + decoder.decode(value, { stream: true }))
    rest = taken.rest
    taken.events.forEach(onEvent)
  }
}
