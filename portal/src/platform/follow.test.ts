import { expect, test } from 'vitest'

import { readStream, takeEvents } from './follow.ts'

test('whole messages are taken in order, comments are passed over, and the rest waits for more', () => {
  expect(takeEvents('event: open\ndata: {"a":1}\n\n: still open\n\nevent: link.changed\nda')).toEqual({
    events: [{ event: 'open', data: { a: 1 } }],
    rest: 'event: link.changed\nda',
  })
  expect(takeEvents('event: x\ndata: not json\n\n').events).toEqual([{ event: 'x', data: null }])
})

test('a message that arrives in pieces is read as one, and the end of the stream ends the reading', async () => {
  const pieces = ['event: li', 'nk.changed\ndata: {"epoch"', ':2}\n', '\n']
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece))
      controller.close()
    },
  })
  const heard: unknown[] = []
  await readStream(body, (event) => heard.push(event))
  expect(heard).toEqual([{ event: 'link.changed', data: { epoch: 2 } }])
})
