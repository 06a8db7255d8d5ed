import { expect, test } from 'vitest'
import { findViolations } from './checker.ts'
import type { Stored, StoredEvent, StoredTicket, Write } from './checker.ts'

const write: Write = { key: 'key-1', tenantId: 'tenant-a', acknowledged: ['ticket-1'] }
const ticket: StoredTicket = { id: 'ticket-1', tenantId: 'tenant-a', subject: 'key-1' }
const event: StoredEvent = {
  id: 'event-1',
  ticketId: 'ticket-1',
  tenantReaders: ['tenant-a'],
  partnerReaders: 1,
}

const kinds = (writes: readonly Write[], stored: Stored) =>
  findViolations(writes, stored).map(({ kind }) => kind)

test('a write that exists once with its event is no violation, however often it was acknowledged', () => {
  expect(kinds([write], { tickets: [ticket], events: [event] })).toEqual([])
  const repeated = { ...write, acknowledged: ['ticket-1', 'ticket-1'] }
  expect(kinds([repeated], { tickets: [ticket], events: [event] })).toEqual([])
})

test('an acknowledged write that was rolled back is lost', () => {
  expect(findViolations([write], { tickets: [], events: [] })).toEqual([{ kind: 'lost', subject: 'key-1' }])
})

test('a retry that worked a second time is doubled, and its second answer contradicts the first', () => {
  const second = { ...ticket, id: 'ticket-2' }
  const events = [event, { ...event, id: 'event-2', ticketId: 'ticket-2' }]
  const acknowledged = ['ticket-1', 'ticket-2']
  expect(kinds([{ ...write, acknowledged }], { tickets: [ticket, second], events })).toEqual([
    'contradicted',
    'doubled',
  ])
  expect(kinds([write], { tickets: [ticket, second], events })).toEqual(['doubled'])
})

test('a write that was never settled is reported even when it left nothing behind', () => {
  expect(kinds([{ ...write, acknowledged: [] }], { tickets: [], events: [] })).toEqual(['unsettled'])
})

test('an answer that names the ticket of another request or tenant is reported', () => {
  const other = { ...ticket, subject: 'key-2' }
  const both = [write, { ...write, key: 'key-2' }]
  expect(kinds(both, { tickets: [other], events: [event] })).toEqual(['misplaced'])
  const elsewhere = { ...ticket, tenantId: 'tenant-b' }
  const itsEvent = { ...event, tenantReaders: ['tenant-b'] }
  expect(kinds([write], { tickets: [elsewhere], events: [itsEvent] })).toEqual(['misplaced'])
})

test('a ticket that nobody asked for is reported', () => {
  const stored = { tickets: [{ ...ticket, subject: 'key-9' }], events: [event] }
  expect(kinds([], stored)).toEqual(['uninvited'])
})

test('a ticket and its audit event miss each other in either direction', () => {
  expect(kinds([write], { tickets: [ticket], events: [] })).toEqual(['unaudited'])
  const orphan = { ...event, id: 'event-2', ticketId: 'ticket-9' }
  expect(kinds([write], { tickets: [ticket], events: [event, orphan] })).toEqual(['unfounded'])
  const nameless = { ...event, id: 'event-2', ticketId: null }
  expect(kinds([write], { tickets: [ticket], events: [event, nameless] })).toEqual(['unfounded'])
})

test('two events of one ticket are reported', () => {
  const events = [event, { ...event, id: 'event-2' }]
  expect(kinds([write], { tickets: [ticket], events })).toEqual(['twice_audited'])
})

test('an event that one of the two sides cannot read is reported', () => {
  const unseenByTenant = { ...event, tenantReaders: [] }
  expect(kinds([write], { tickets: [ticket], events: [unseenByTenant] })).toEqual(['unreadable'])
  const unseenByPartner = { ...event, partnerReaders: 0 }
  expect(kinds([write], { tickets: [ticket], events: [unseenByPartner] })).toEqual(['unreadable'])
})
