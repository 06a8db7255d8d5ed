set role liaison_owner;

create table fx_rate (
  from_currency text not null check (from_currency ~ '^[A-Z]{3}$'),
  to_currency text not null check (to_currency ~ '^[A-Z]{3}$' and to_currency <> from_currency),
  day date not null,
  rate numeric(24, 12) not null check (rate > 0),
  source text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (from_currency, to_currency, day)
);
comment on table fx_rate is 'What one unit of a currency is worth in another on a day, as the provider hands it in. Only shown beside amounts: nothing is ever paid or compared by it.';
call private.protect('fx_rate');
create policy readable on fx_rate for select to liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_job
  using ((select access.context_plane()) is not null);
grant select on fx_rate to liaison_platform, liaison_program, liaison_delegate, liaison_tenant, liaison_job;
create policy ingesting on fx_rate to liaison_ingest using ((select access.context_plane()) = 'ingest') with check ((select access.context_plane()) = 'ingest');
grant select, insert, update on fx_rate to liaison_ingest;
call private.audit_changes('fx_rate', false);

reset role;
