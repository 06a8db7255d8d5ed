import { expect, test } from 'vitest'

import { linesOfRole, slugsIn, toDraft, toTemplateBody } from './template-draft.ts'

const template = {
  template_id: 'ltp_1',
  name: 'Support for a year',
  relationship_type: 'msp_managed',
  access_role: 'msp_support',
  overrides: [
    { pattern: 'partner.support.tickets.create', effect: 'deny', expires_at: null },
    { pattern: 'partner.billing.summary.read', effect: 'grant', expires_at: null },
    { pattern: 'partner.reports.*', effect: 'deny', expires_at: null },
  ],
  duration_days: 200,
  sla_response_hours: 8,
  billing_parties: { services: 'tenant', api_calls: 'split', seats: 'partner', exports: 'partner' },
  message: 'We look after your tickets.',
  version: 3,
  created_by_name: 'Ana Ruiz',
  updated_at: '2026-11-22T10:00:00Z',
} as const

test('a template that is opened and saved says what it said, those lines too that no tick stands for', () => {
  const body = toTemplateBody(toDraft({ ...template, overrides: [...template.overrides] }))
  const byPattern = (left: { pattern: string }, right: { pattern: string }) =>
    left.pattern.localeCompare(right.pattern)
  expect(body.overrides.toSorted(byPattern)).toEqual(template.overrides.toSorted(byPattern))
  const { name, sla_response_hours, billing_parties } = template
  expect(body).toMatchObject({
    access_role: 'msp_support',
    duration_days: 200,
    name,
    sla_response_hours,
    billing_parties,
  })
})

test('lines that were taken out of one role are not denied in another one that never had them', () => {
  const denied = new Set(['partner.support.tickets.create', 'partner.support.tickets.read'])
  const body = toTemplateBody({ ...toDraft(null), role: 'auditor', relationship: 'audit_only', denied })
  expect(body.overrides.map(({ pattern }) => pattern)).toEqual(['partner.support.tickets.read'])
  expect(linesOfRole('auditor')).not.toContain('partner.support.tickets.create')
})

test('short names are read however they are parted, each once', () => {
  expect(slugsIn('acme-fiber, beta-networks\n\nacme-fiber;elbe-netz  fjord')).toEqual([
    'acme-fiber',
    'beta-networks',
    'elbe-netz',
    'fjord',
  ])
  expect(slugsIn(' \n ')).toEqual([])
})
