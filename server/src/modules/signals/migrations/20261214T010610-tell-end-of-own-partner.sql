set role liaison_authz;

-- As before; and a client of a partner knows the organisation that its partner is, or was, itself: its tokens stand on no consent there.
create or replace function access.signal_client_knows(client uuid, tenant uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select exists (
    select from public.api_client k join public.delegation d on d.partner_id = k.partner_id and d.tenant_id = tenant and d.approved_at is not null
    left join public.consent c on c.id = d.id
    where k.id = client and (d.kind = 'resale' or (d.kind = 'consent' and c.client_id = k.id)))
  or exists (
    select from public.api_client k join public.partner_home h on h.partner_id = k.partner_id and h.tenant_id = tenant and h.accepted_at is not null
    where k.id = client)
$$;

-- As before; and tells where an organisation and a partner are one no more.
create or replace function access.signal_change() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  fresh jsonb := to_jsonb(new);
  change jsonb;
begin
  if not exists (select from public.signal_stream s where s.status <> 'disabled') then
    return null;
  end if;
  change := case tg_table_name
    when 'delegation' then jsonb_build_object('about', 'delegation', 'change', case when fresh ->> 'status' = 'active' then 'narrowed' else 'ended' end,
      'delegation_id', fresh -> 'id', 'tenant_id', fresh -> 'tenant_id', 'partner_id', fresh -> 'partner_id', 'state', fresh -> 'status',
      'epoch', fresh -> 'epoch', 'side', fresh -> 'status_changed_by_side',
      'mask', ((fresh ->> 'mask')::bit(256) | (to_jsonb(old) ->> 'mask')::bit(256))::text)
    when 'partner' then jsonb_build_object('about', 'partner', 'change', 'ended', 'partner_id', fresh -> 'id', 'state', fresh -> 'status', 'side', 'provider')
    when 'tenant' then jsonb_build_object('about', 'tenant', 'change', 'ended', 'tenant_id', fresh -> 'id', 'state', fresh -> 'status', 'side', 'provider')
    when 'api_client' then jsonb_build_object('about', 'client', 'change', case when tg_argv[0] in ('key', 'certificate') then 'key' else 'ended' end,
      'credential', case when tg_argv[0] = 'certificate' then 'x509' end, 'client_id', fresh -> 'id',
      'partner_id', fresh -> 'partner_id', 'tenant_id', fresh -> 'tenant_id', 'state', fresh -> 'status', 'side', fresh -> 'status_changed_by_side')
    when 'partner_home' then jsonb_build_object('about', 'partner', 'change', 'ended', 'tenant_id', fresh -> 'tenant_id', 'partner_id', fresh -> 'partner_id',
      'state', 'separated', 'side', fresh -> 'ended_by_side')
    else jsonb_build_object('about', fresh -> 'scope', 'change', 'ended', 'delegation_id', fresh -> 'delegation_id', 'tenant_id', fresh -> 'tenant_id',
      'partner_id', fresh -> 'partner_id', 'state', 'frozen', 'side', fresh -> 'set_by_side') end;
  -- Links are for people in the portal: no token stands on one.
  if change ->> 'about' = 'delegation' and not exists (select from public.delegation d where d.id = (change ->> 'delegation_id')::uuid and d.kind in ('consent', 'resale')) then
    return null;
  end if;
  insert into public.outbox (topic, payload) values ('signals.changed', jsonb_strip_nulls(change));
  return null;
end
$$;

reset role;
set role liaison_owner;

create trigger signalled after update of status on partner_home for each row when (old.status = 'active' and new.status = 'ended') execute function access.signal_change();

reset role;
