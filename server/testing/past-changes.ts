import { change } from './kept-decisions.ts'
import type { Change } from './kept-decisions.ts'

/** What changes besides in a tenant: apps, their accounts, elevations, and restrictions of a link. */
export const MORE_CHANGES: Readonly<Record<string, readonly [Change, Change]>> = {
  'the status of the consent': [
    change(`update delegation set status = 'suspended' where tenant_id = :tenant and kind = 'consent'`),
    change(`update delegation set status = 'active' where tenant_id = :tenant and kind = 'consent'`),
  ],
  'the permissions of the consent': [
    change(`update delegation set mask = mask << 1 where tenant_id = :tenant and kind = 'consent'`),
    change(`update delegation set mask = mask >> 1 where tenant_id = :tenant and kind = 'consent'`),
  ],
  'an account of the consent': [
    change(`delete from delegation_account where tenant_id = :tenant and position = 1`),
    change(
      `insert into delegation_account (delegation_id, tenant_id, partner_id, account_id, position)
       select d.id, d.tenant_id, d.partner_id, b.id, 1 from delegation d join billing_account b on b.tenant_id = d.tenant_id and b.ban = 'BAN-2'
       where d.tenant_id = :tenant and d.kind = 'consent' on conflict do nothing`,
    ),
  ],
  'the accounts that the link is restricted to': [
    change(`update delegation set own_accounts_only = true where id = :link`),
    change(`update delegation set own_accounts_only = false where id = :link`),
  ],
  'an elevation': [
    change(
      `update link_member set elevation_id = uuidv7(), elevated_mask = repeat('1', 256)::bit(256), elevated_from = now(), elevated_until = now() + interval '1 hour' where link_id = :link`,
    ),
    change(
      `update link_member set elevation_id = null, elevated_mask = null, elevated_from = null, elevated_until = null where link_id = :link`,
    ),
  ],
  'an exception for a time': [
    change(
      `with o as (insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, set_by_side, expires_at)
         values (:link, :tenant, :partner, 'partner.tenants.list', 'deny', repeat('1', 256)::bit(256), 'tenant', now() + interval '1 day') on conflict do nothing returning link_id)
       update delegation set has_timed_overrides = true where id in (select link_id from o)`,
    ),
    change(`delete from link_override where link_id = :link and expires_at is not null`),
  ],
  'who is assigned': [
    change(`delete from link_member where link_id = :link`),
    change(
      `insert into link_member (link_id, tenant_id, partner_id, member_id, person_id, mask)
       select :link, :tenant, :partner, id, person_id, repeat('1', 256)::bit(256) from partner_member where partner_id = :partner on conflict do nothing`,
    ),
  ],
}
