set role liaison_authz;

-- Holds tenants that the partner has, or had, a link with, and no others: a login could keep every tenant from withdrawing anything for as long as its
-- transaction stayed open. One whose link ended meanwhile is still held, since what is read next tells that it ended.
create or replace function access.hold_tenants(tenants uuid[]) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare
  partner uuid := access.context_id('partner_id');
  one uuid;
begin
  if access.context_plane() is distinct from 'delegation' then
    raise exception 'this plane holds no links' using errcode = 'insufficient_privilege';
  end if;
  perform access.hold('platform', null), access.hold('partner', partner), access.hold('person', access.context_id('actor_id'));
  foreach one in array (select coalesce(array_agg(t order by t), '{}') from (
    select distinct d.tenant_id from public.delegation d where d.partner_id = partner and d.kind = 'link' and d.tenant_id = any (tenants)) linked (t)) loop
    perform access.hold('tenant', one), access.hold('pair', md5(partner::text || one::text)::uuid);
  end loop;
end
$$;

reset role;
