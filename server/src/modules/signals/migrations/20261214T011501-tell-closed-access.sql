set role liaison_authz;

-- As before; and tells where the API is closed to a partner, and where the registration of a client is narrowed.
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
    when 'configuration_in_force' then jsonb_build_object('about', 'partner', 'change', 'ended', 'partner_id', fresh -> 'partner_id', 'state', 'closed to the API', 'side', 'provider')
    when 'api_client' then case when tg_argv[0] = 'mask' then jsonb_build_object('about', 'client', 'change', 'narrowed', 'client_id', fresh -> 'id',
      'partner_id', fresh -> 'partner_id', 'tenant_id', fresh -> 'tenant_id', 'scopes', fresh -> 'scopes',
      'mask', ((to_jsonb(old) ->> 'mask')::bit(256) & ~(fresh ->> 'mask')::bit(256))::text)
    else jsonb_build_object('about', 'client', 'change', case when tg_argv[0] in ('key', 'certificate') then 'key' else 'ended' end,
      'credential', case when tg_argv[0] = 'certificate' then 'x509' end, 'client_id', fresh -> 'id',
      'partner_id', fresh -> 'partner_id', 'tenant_id', fresh -> 'tenant_id', 'state', fresh -> 'status', 'side', fresh -> 'status_changed_by_side') end
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

-- API clients work for organisations on trial, too: the end of a trial ends access, and its beginning does not.
create or replace trigger signalled after update of status on tenant for each row
  when (old.status in ('active', 'trial') and new.status not in ('active', 'trial')) execute function access.signal_change();

create trigger signalled_mask after update of mask on api_client for each row
  when ((old.mask & ~new.mask) <> repeat('0', 256)::bit(256)) execute function access.signal_change('mask');

-- What closes the API to a partner reaches whoever keeps decisions and tokens; a partner without a level has the widest.
create trigger announced after update on configuration_in_force for each row
  when (new.partner_id is not null and old.api_access_level is distinct from new.api_access_level) execute function private.announce_access('partner_id=partner_id');
create trigger announced_first after insert on configuration_in_force for each row
  when (new.partner_id is not null and new.api_access_level in ('none', 'sandbox')) execute function private.announce_access('partner_id=partner_id');
create trigger signalled after update on configuration_in_force for each row
  when (new.partner_id is not null and new.api_access_level is distinct from old.api_access_level and (new.api_access_level = 'none' or (new.api_access_level = 'sandbox' and old.api_access_level is distinct from 'none')))
  execute function access.signal_change();
create trigger signalled_first after insert on configuration_in_force for each row
  when (new.partner_id is not null and new.api_access_level in ('none', 'sandbox')) execute function access.signal_change();

reset role;
