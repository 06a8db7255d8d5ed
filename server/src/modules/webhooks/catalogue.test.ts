import { expect, test } from 'vitest'
import { EVENT_TYPE_NAMES, TOPICS, typeOf } from './catalogue.ts'

test('every topic leads to a type that can be chosen; a message of another kind to none', () => {
  for (const topic of TOPICS.filter((name) => name !== 'ticket.notify')) expect(typeOf(topic, {})).toBe(topic)
  expect(typeOf('ticket.notify', { event: 'opened' })).toBe('ticket.opened')
  expect(typeOf('ticket.notify', { event: 'constructor' })).toBeNull()
  expect(EVENT_TYPE_NAMES).not.toContain('mail')
})
