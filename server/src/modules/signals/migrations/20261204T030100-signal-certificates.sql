set role liaison_authz;

-- As before, and tells a certificate that was taken away from the keys of a client.
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

create trigger signalled_certificate after update of token_binding, certificates on api_client for each row
  when (old.token_binding = 'mtls' and (new.token_binding <> 'mtls' or not (new.certificates @> old.certificates)))
  execute function access.signal_change('certificate');

reset role;
