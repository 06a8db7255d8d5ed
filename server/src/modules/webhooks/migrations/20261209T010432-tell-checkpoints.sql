set role liaison_authz;

-- A checkpoint is told to every organisation that wants it: partners and tenants, whoever acted in the meantime.
create function access.checkpoint_webhook_audience(event jsonb) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who hears of an event' using errcode = 'insufficient_privilege';
  end if;
  return jsonb_build_object(
    'endpoints', coalesce((
      select jsonb_agg(e.id order by e.id) from public.webhook_endpoint e
      where event ->> 'type' = any (e.event_types) and access.webhook_owner_works(e.partner_id, e.tenant_id)
        and e.created_at <= (event ->> 'occurred_at')::timestamptz + interval '1 millisecond'), '[]'),
    'delegation_kind', null, 'state', null);
end
$$;
comment on function access.checkpoint_webhook_audience(jsonb) is 'Who hears of a checkpoint of the audit log: each that chose it.';
grant execute on function access.checkpoint_webhook_audience(jsonb) to liaison_job;

reset role;
