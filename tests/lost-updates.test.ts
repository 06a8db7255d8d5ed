import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/**
 * Operations that replace or change something and take no `If-Match`, each with the reason why two people who write at the
 * same moment lose nothing by it. A new operation takes `If-Match`, or says here why not.
 */
const WITHOUT: Readonly<Record<string, string>> = {
  'PUT /api/v1/admin/earnings/policy':
    'It names the version that it follows, and the database keeps versions in one line.',
  'PUT /api/v1/admin/features/{key}/partners/{partner_id}/override':
    'One setting of one partner: whoever writes last says the whole of it.',
  'PATCH /api/v1/admin/partners/{partner_id}/members/{member_id}':
    'One role or state of one person: the one that is named, and nothing beside it.',
  'PUT /api/v1/admin/plans/{plan_id}/partners/{partner_id}':
    'One plan for one partner: there or not, nothing that could be mixed.',
  'PUT /api/v1/admin/products/{product_code}/{currency}':
    'One price: whoever writes last says the whole of it.',
  'PUT /api/v1/admin/program':
    'It names the setting that it replaces (`before`), and is refused where that is another one by now.',
  'PUT /api/v1/partner/clients/{client_id}/logo':
    'A whole image, which the provider looks at before anybody sees it.',
  'PUT /api/v1/partner/context/pins/{tenant_id}': 'A pin of one person: there or not.',
  'PUT /api/v1/partner/features/{key}/choice': 'One choice: on or off.',
  'PATCH /api/v1/partner/members/{member_id}':
    'One role or state of one person: the one that is named, and nothing beside it.',
  'PATCH /api/v1/tenant/members/{member_id}':
    'One role or state of one person: the one that is named, and nothing beside it.',
  'PUT /api/v1/partner/sla/floors':
    'Each of its items names the version that it follows and is refused for itself, so that one floor that somebody else set stops no other.',
  'PUT /api/v1/partner/users/{end_user_id}/limits/{key}':
    'One limit of one user, which machines put again and again.',
  'PUT /api/v1/program/leaderboard/choice': 'One choice: to be named or not.',
  'PUT /api/v1/tenant/partner-access/links/{link_id}/checklist/{item}': 'One item: done or not.',
  'PUT /api/v1/tenant/support-access/rule': 'One choice between rules.',
}

interface Operation {
  readonly parameters?: readonly { readonly name?: string; readonly in?: string }[]
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

function readDocument(): Document {
  // The document is ours, and its own test holds its form.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(readFileSync(new URL('../docs/openapi.json', import.meta.url), 'utf8')) as Document
}

const takesVersion = ({ parameters = [] }: Operation): boolean =>
  parameters.some((one) => one.in === 'header' && one.name?.toLowerCase() === 'if-match')

test('whatever is replaced or changed is changed in the version that was read, or says why nothing is lost without it (412, 428)', () => {
  const operations = Object.entries(readDocument().paths).flatMap(([path, methods]) =>
    (['put', 'patch'] as const).flatMap((method) => {
      const operation = methods[method]
      return operation ? [{ name: `${method.toUpperCase()} ${path}`, operation }] : []
    }),
  )
  const without = operations.filter(({ operation }) => !takesVersion(operation)).map(({ name }) => name)
  expect(without.toSorted()).toEqual(Object.keys(WITHOUT).toSorted())
})
