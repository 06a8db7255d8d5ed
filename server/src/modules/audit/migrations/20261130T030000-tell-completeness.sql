set role liaison_owner;

create table audit_verification (
  number bigint generated always as identity primary key,
  verified_at timestamptz not null default clock_timestamp(),
  events bigint not null check (events >= 0),
  sealed bigint not null check (sealed >= 0),
  fault_count bigint not null check (fault_count >= 0)
);
comment on table audit_verification is 'Each time that the whole log was verified in this database, and with how many faults. It is what readers are told, not a proof: a proof is the command itself, run with keys and checkpoints that were kept elsewhere.';
comment on column audit_verification.sealed is 'The size of the newest checkpoint that was compared.';
call private.protect('audit_verification');
create trigger append_only before update or delete on audit_verification for each row execute function private.refuse_change();
create trigger no_truncate before truncate on audit_verification for each statement execute function private.refuse_change();
create policy platform_view on audit_verification for select to liaison_platform using ((select access.context_plane()) = 'platform');
grant select on audit_verification to liaison_platform;

-- What audit.completeness tells the readers of one organisation's log.
create policy telling on audit_verification for select to liaison_authz using (true);
create policy telling on audit_leaf for select to liaison_authz using (true);
create policy telling on audit_checkpoint for select to liaison_authz using (true);
grant select on audit_verification, audit_leaf, audit_checkpoint to liaison_authz;

reset role;
set role liaison_authz;

-- How much of a time the own organisation's log holds: its events, those that are gone, those that wait for their seal; counted up to a limit,
-- the newest first. The seal and the verification are those of the whole log.
create function audit.completeness(since timestamptz, until timestamptz, most integer)
  returns table (events bigint, missing bigint, waiting bigint, sealed_at timestamptz, verified_at timestamptz, faults bigint)
  language sql stable security definer
  set search_path = pg_catalog, public
  as $$
  with reader as materialized (
    select case access.context_plane() when 'program' then 'partner' when 'tenant' then 'tenant' end as kind,
      case access.context_plane() when 'program' then access.context_id('partner_id') when 'tenant' then access.context_id('tenant_id') end as scope_id
  ), counted as (
    select count(*) as events, count(*) filter (where e.id is null) as missing, count(*) filter (where e.id is not null and l.event_id is null) as waiting
    from (
      select s.event_id, s.occurred_at from reader join audit_scope s on s.kind = reader.kind and s.scope_id = reader.scope_id
      where s.occurred_at >= since and s.occurred_at < until
      order by s.occurred_at desc, s.event_id desc limit most
    ) own
    left join audit_event e on e.id = own.event_id and e.occurred_at = own.occurred_at
    left join audit_leaf l on l.event_id = own.event_id
  )
  select counted.events, counted.missing, counted.waiting, sealed.sealed_at, verified.verified_at, verified.fault_count
  from counted
  left join lateral (select c.sealed_at from audit_checkpoint c order by c.size desc limit 1) sealed on true
  left join lateral (select v.verified_at, v.fault_count from audit_verification v order by v.number desc limit 1) verified on true
$$;
grant execute on function audit.completeness(timestamptz, timestamptz, integer) to liaison_program, liaison_tenant;

reset role;
