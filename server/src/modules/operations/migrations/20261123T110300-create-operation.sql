set role liaison_owner;

create table bulk_operation (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  action text not null check (action in ('assign', 'unassign', 'renew', 'suspend', 'set_auto_renew', 'set_alerts')),
  parameters jsonb not null default '{}',
  ordered_by uuid not null references person (id),
  ordered_by_name text not null,
  session_id uuid not null,
  factor text not null check (factor in ('none', 'otp', 'phishing_resistant')),
  status text not null default 'queued' check (status in ('queued', 'processing', 'completed')),
  claim_hash bytea,
  claimed_until timestamptz,
  items_count integer not null check (items_count between 1 and 200),
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (partner_id, id),
  check ((status = 'processing') = (claim_hash is not null) and (status = 'processing') = (claimed_until is not null)),
  check ((status = 'completed') = (finished_at is not null))
);
comment on table bulk_operation is 'One step that a person ordered for many links. A job takes it item by item, each in a transaction of its own, decided anew as that person.';
comment on column bulk_operation.claim_hash is 'The digest of what the process that works knows; who knows it works as the person who ordered it, so nobody who reads this table can.';
create index bulk_operation_waiting on bulk_operation (created_at) where status <> 'completed';
create index on bulk_operation (partner_id, id desc);
call private.protect('bulk_operation');
-- What the job does has events of its own; the lease and the end are no change of what was ordered.
create constraint trigger audited after insert or delete on bulk_operation
  deferrable initially deferred for each row execute function audit.require_event();

create table bulk_item (
  operation_id uuid not null,
  partner_id uuid not null,
  place integer not null check (place >= 0),
  link_id uuid not null,
  parameters jsonb not null default '{}',
  outcome text not null default 'waiting' check (outcome in ('waiting', 'done', 'unchanged', 'refused')),
  code text,
  detail text,
  done_at timestamptz,
  primary key (operation_id, place),
  foreign key (partner_id, operation_id) references bulk_operation (partner_id, id) on delete cascade,
  check ((outcome = 'waiting') = (done_at is null))
);
comment on table bulk_item is 'One link of an operation and what became of it. The outcome is written in the transaction of the work, so that nothing is done twice.';
comment on column bulk_item.link_id is 'As it was asked for; it need not be a link that there is.';
call private.protect('bulk_item');

create policy partner_side on bulk_operation to liaison_program using (partner_id = (select access.own_partner()))
  with check (partner_id = (select access.own_partner()) and ordered_by = (select access.context_id('actor_id')) and session_id = (select access.context_id('session_id')));
grant select (id, partner_id, action, parameters, ordered_by, ordered_by_name, status, items_count, created_at, finished_at),
  insert (partner_id, action, parameters, ordered_by, ordered_by_name, session_id, factor, items_count) on bulk_operation to liaison_program;
create policy working on bulk_operation to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, delete, update (status, claim_hash, claimed_until, finished_at) on bulk_operation to liaison_job;

create policy partner_side on bulk_item for select to liaison_program using (partner_id = (select access.own_partner()));
create policy ordering on bulk_item for insert to liaison_program with check (partner_id = (select access.own_partner()) and outcome = 'waiting');
-- Only the job of the operation says what became of an item.
create policy working_as_person on bulk_item for update to liaison_program using (operation_id = (select access.context_id('operation_id')) and outcome = 'waiting')
  with check (operation_id = (select access.context_id('operation_id')));
grant select, insert (operation_id, partner_id, place, link_id, parameters), update (outcome, code, detail, done_at) on bulk_item to liaison_program;
create policy working on bulk_item to liaison_job using ((select access.context_plane()) = 'system') with check ((select access.context_plane()) = 'system');
grant select, update (outcome, code, detail, done_at) on bulk_item to liaison_job;

reset role;
set role liaison_authz;

-- The door of an operation's job: the person who ordered it, as that person stands now. It opens to whoever knows the claim, while it holds.
create function access.enter_operation(request jsonb) returns json
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
  as $$
declare
  ordered public.bulk_operation;
  who record;
begin
  if session_user <> 'liaison_program' then
    raise exception 'this login works on no operation' using errcode = 'insufficient_privilege';
  end if;
  select * into ordered from public.bulk_operation o
  where o.id = (request ->> 'operation_id')::uuid and o.status = 'processing'
    and o.claim_hash = sha256(decode(request ->> 'claim', 'hex')) and o.claimed_until > statement_timestamp();
  if not found then
    return json_build_object('now', statement_timestamp(), 'plane', 'program', 'actor', null);
  end if;
  select h.id as person_id, h.name as person_name,
    json_build_object('person_id', h.id, 'name', h.name, 'status', h.status, 'factor', ordered.factor, 'factor_at', ordered.created_at, 'session_id', ordered.session_id) as actor,
    coalesce((select json_agg(f.scope) from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and f.partner_id is null and f.tenant_id is null), '[]') as freezes,
    json_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'kinds', p.kinds) as partner,
    json_build_object('id', pm.id, 'role', pm.role, 'status', pm.status) as partner_member,
    pm.id as member_id, pm.role, p.id as partner_id, p.name as partner_name
  into who
  from public.person h
  join public.partner_member pm on pm.person_id = h.id and pm.partner_id = ordered.partner_id
  join public.partner p on p.id = pm.partner_id
  where h.id = ordered.ordered_by;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'program', 'actor_type', 'person', 'actor_id', who.person_id, 'actor_name', who.person_name, 'session_id', ordered.session_id,
    'member_id', who.member_id, 'partner_id', who.partner_id, 'partner_name', who.partner_name, 'role', who.role,
    'permission', request -> 'permission', 'operation_id', ordered.id,
    'request_id', request -> 'request_id', 'route', request -> 'route', 'source', 'job')));
  return json_build_object('now', statement_timestamp(), 'plane', 'program', 'actor_kind', 'job', 'actor', who.actor, 'freezes', who.freezes,
    'partner', who.partner, 'partner_member', who.partner_member);
end
$$;
grant execute on function access.enter_operation(jsonb) to liaison_program;

reset role;
