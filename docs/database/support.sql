create table public.outage (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  service text not null,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  is_planned boolean not null default false,
  affected_subscribers integer,
  source text,
  external_id text,
  created_at timestamp with time zone not null default now(),
  constraint outage_affected_subscribers_check CHECK ((affected_subscribers >= 0)),
  constraint outage_check CHECK ((ended_at > started_at)),
  constraint outage_pkey PRIMARY KEY (tenant_id, id),
  constraint outage_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint outage_tenant_id_source_external_id_key UNIQUE (tenant_id, source, external_id)
);
CREATE INDEX outage_ended ON public.outage USING btree (tenant_id, COALESCE(ended_at, 'infinity'::timestamp with time zone)) INCLUDE (started_at, ended_at, is_planned);
CREATE INDEX outage_tenant_id_started_at_idx ON public.outage USING btree (tenant_id, started_at);
CREATE TRIGGER audited_delete AFTER DELETE ON public.outage REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.outage REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.outage REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
alter table public.outage enable row level security, force row level security;
create policy deciding on public.outage for select to liaison_authz
  using (true);
create policy ingesting on public.outage for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy insertable on public.outage for insert to liaison_delegate, liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('outage'::text, 'insert'::text) AS reach)));
create policy readable on public.outage for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('outage'::text, 'select'::text) AS reach)));
create policy updatable on public.outage for update to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('outage'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('outage'::text, 'update'::text) AS reach)));
grant select on public.outage to liaison_authz;
grant select on public.outage to liaison_delegate;
grant insert, select, update on public.outage to liaison_ingest;
grant select on public.outage to liaison_tenant;

-- A request for help of a tenant, worked on by its own people and by those it let in.
create table public.ticket (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  number text not null,
  subscriber_id uuid,
  customer_name text,
  subject text not null,
  description text not null default ''::text,
  status text not null default 'open'::text,
  priority text not null default 'normal'::text,
  category text not null default 'general'::text,
  tags text[] not null default '{}'::text[],
  assigned_to uuid,
  assigned_to_name text,
  created_by uuid,
  created_by_name text,
  created_by_partner_id uuid,
  created_by_partner_name text,
  delegation_id uuid,
  billing_party text,
  last_response_at timestamp with time zone,
  response_count integer not null default 0,
  resolved_at timestamp with time zone,
  closed_reason text,
  source text,
  external_id text,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  sla_response_hours integer,
  sla_metric text,
  sla_due_at timestamp with time zone,
  sla_target_minutes integer,
  sla_paused_since timestamp with time zone,
  sla_breached_at timestamp with time zone,
  search_text text generated always as (lower(((((number || chr(1)) || subject) || chr(1)) || COALESCE(customer_name, ''::text)))) stored,
  sla_base_id uuid,
  sla_floor_id uuid,
  sla_timezone text,
  sla_version_id uuid,
  sla_is_business boolean,
  sla_at_risk_at timestamp with time zone,
  first_response_at timestamp with time zone,
  opening_mailed boolean not null default false,
  constraint ticket_category_check CHECK (((char_length(category) >= 1) AND (char_length(category) <= 60))),
  constraint ticket_description_check CHECK ((char_length(description) <= 20000)),
  constraint ticket_first_response CHECK (((first_response_at IS NULL) OR ((source IS NOT NULL) AND (first_response_at >= created_at)))),
  constraint ticket_pkey PRIMARY KEY (tenant_id, id),
  constraint ticket_priority_check CHECK ((priority = ANY (ARRAY['low'::text, 'normal'::text, 'high'::text, 'urgent'::text]))),
  constraint ticket_sla_metric_check CHECK ((sla_metric = ANY (ARRAY['first_response'::text, 'resolution'::text]))),
  constraint ticket_status_known CHECK ((status = ANY (ARRAY['open'::text, 'pending'::text, 'on_hold'::text, 'resolved'::text, 'closed'::text, 'withdrawn'::text]))),
  constraint ticket_subject_check CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 300))),
  constraint ticket_tags_check CHECK ((cardinality(tags) <= 20)),
  constraint ticket_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint ticket_tenant_id_number_key UNIQUE (tenant_id, number),
  constraint ticket_tenant_id_source_external_id_key UNIQUE (tenant_id, source, external_id),
  constraint ticket_tenant_id_subscriber_id_fkey FOREIGN KEY (tenant_id, subscriber_id) REFERENCES public.subscriber(tenant_id, id)
);
CREATE INDEX ticket_assigned ON public.ticket USING btree (tenant_id, assigned_to) WHERE (status = ANY (ARRAY['open'::text, 'pending'::text, 'on_hold'::text]));
CREATE INDEX ticket_by_subscriber ON public.ticket USING btree (tenant_id, subscriber_id) WHERE (subscriber_id IS NOT NULL);
CREATE INDEX ticket_changed ON public.ticket USING btree (tenant_id, updated_at DESC, id DESC);
CREATE INDEX ticket_live ON public.ticket USING btree (tenant_id, priority, created_at) INCLUDE (sla_metric, sla_due_at, sla_at_risk_at, sla_paused_since, subscriber_id) WHERE (status = ANY (ARRAY['open'::text, 'pending'::text, 'on_hold'::text]));
CREATE INDEX ticket_newest ON public.ticket USING btree (tenant_id, created_at DESC, id DESC) INCLUDE (status, priority, assigned_to, resolved_at, sla_metric, sla_due_at, sla_at_risk_at, sla_paused_since, sla_breached_at, subscriber_id);
CREATE INDEX ticket_rare_search ON public.ticket USING gin (tenant_id, string_to_array(regexp_replace(search_text, '[a-z0-9 ./,_\x01-]+'::text, ''::text, 'g'::text), NULL::text)) WHERE (search_text ~ '[^a-z0-9 ./,_\x01-]'::text);
CREATE INDEX ticket_search ON public.ticket USING gin (tenant_id, search_text public.gin_trgm_ops);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.ticket FOR EACH ROW WHEN (((new.created_by_name IS NOT NULL) OR (new.created_by_partner_name IS NOT NULL))) EXECUTE FUNCTION private.act_in_own_name('created_by_name', 'created_by_partner_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.ticket FOR EACH ROW WHEN (((new.created_by_name IS DISTINCT FROM old.created_by_name) OR (new.created_by_partner_name IS DISTINCT FROM old.created_by_partner_name))) EXECUTE FUNCTION private.act_in_own_name('created_by_name', 'created_by_partner_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.ticket REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.ticket REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.ticket REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER count_changes BEFORE UPDATE OF version ON public.ticket FOR EACH ROW WHEN (((SESSION_USER ~~ 'liaison\_%'::text) AND ((new.version < old.version) OR (new.version > (old.version + 1))))) EXECUTE FUNCTION private.count_changes();
CREATE TRIGGER end_elevations AFTER UPDATE OF status ON public.ticket FOR EACH ROW WHEN (((new.status = ANY (ARRAY['resolved'::text, 'closed'::text, 'withdrawn'::text])) AND (old.status <> ALL (ARRAY['resolved'::text, 'closed'::text, 'withdrawn'::text])))) EXECUTE FUNCTION private.end_with_ticket();
CREATE TRIGGER enforce_ticket BEFORE UPDATE ON public.ticket FOR EACH ROW EXECUTE FUNCTION private.enforce_ticket();
CREATE TRIGGER guard_withdrawal BEFORE UPDATE OF status ON public.ticket FOR EACH ROW WHEN (((new.status = 'withdrawn'::text) AND (old.status <> 'withdrawn'::text))) EXECUTE FUNCTION access.guard_withdrawal();
CREATE TRIGGER guard_withdrawn BEFORE INSERT ON public.ticket FOR EACH ROW WHEN ((new.status = 'withdrawn'::text)) EXECUTE FUNCTION access.guard_withdrawal();
CREATE TRIGGER keep_sla_of_ticket BEFORE UPDATE ON public.ticket FOR EACH ROW EXECUTE FUNCTION private.keep_sla_of_ticket();
CREATE TRIGGER name_assignee_insert BEFORE INSERT ON public.ticket FOR EACH ROW WHEN (((new.assigned_to IS NOT NULL) OR (new.assigned_to_name IS NOT NULL))) EXECUTE FUNCTION private.name_ticket_assignee();
CREATE TRIGGER name_assignee_update BEFORE UPDATE ON public.ticket FOR EACH ROW WHEN (((new.assigned_to IS DISTINCT FROM old.assigned_to) OR (new.assigned_to_name IS DISTINCT FROM old.assigned_to_name))) EXECUTE FUNCTION private.name_ticket_assignee();
CREATE TRIGGER note_arrival AFTER INSERT ON public.ticket REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT WHEN ((SESSION_USER = 'liaison_ingest'::name)) EXECUTE FUNCTION private.note_ticket_arrival();
CREATE TRIGGER note_change AFTER UPDATE ON public.ticket REFERENCING OLD TABLE AS past NEW TABLE AS arrived FOR EACH STATEMENT WHEN ((SESSION_USER = 'liaison_ingest'::name)) EXECUTE FUNCTION private.note_ticket_change();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.ticket FOR EACH ROW WHEN (((pg_trigger_depth() = 0) AND (NOT (old.sla_timezone IS DISTINCT FROM new.sla_timezone)))) EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.ticket FOR EACH ROW WHEN ((new.created_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('created_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.ticket FOR EACH ROW WHEN ((new.created_by IS DISTINCT FROM old.created_by)) EXECUTE FUNCTION private.act_as_oneself('created_by');
alter table public.ticket enable row level security, force row level security;
create policy accounts on public.ticket for select to liaison_delegate
  using (((tenant_id, subscriber_id) IN ( SELECT own_accounts.tenant_id,
    own_accounts.subscriber_id
   FROM access.own_accounts('ticket'::text, 'select'::text) own_accounts(tenant_id, subscriber_id))));
create policy accounts_insert on public.ticket for insert to liaison_delegate
  with check (((tenant_id, subscriber_id) IN ( SELECT own_accounts.tenant_id,
    own_accounts.subscriber_id
   FROM access.own_accounts('ticket'::text, 'insert'::text) own_accounts(tenant_id, subscriber_id))));
create policy accounts_update on public.ticket for update to liaison_delegate
  using (((tenant_id, subscriber_id) IN ( SELECT own_accounts.tenant_id,
    own_accounts.subscriber_id
   FROM access.own_accounts('ticket'::text, 'update'::text) own_accounts(tenant_id, subscriber_id))))
  with check (((tenant_id, subscriber_id) IN ( SELECT own_accounts.tenant_id,
    own_accounts.subscriber_id
   FROM access.own_accounts('ticket'::text, 'update'::text) own_accounts(tenant_id, subscriber_id))));
create policy clock on public.ticket for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy copying on public.ticket for all to liaison_owner
  using (true)
  with check (true);
create policy deciding on public.ticket for select to liaison_authz
  using (true);
create policy elevating on public.ticket for select to liaison_owner
  using (true);
create policy ingesting on public.ticket for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy insertable on public.ticket for insert to liaison_delegate, liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('ticket'::text, 'insert'::text) AS reach)));
create policy readable on public.ticket for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('ticket'::text, 'select'::text) AS reach)));
create policy updatable on public.ticket for update to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('ticket'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('ticket'::text, 'update'::text) AS reach)));
grant select on public.ticket to liaison_authz;
grant insert, select, update on public.ticket to liaison_delegate;
grant insert, select, update on public.ticket to liaison_ingest;
grant select on public.ticket to liaison_job;
grant insert, select, update on public.ticket to liaison_tenant;
grant update (assigned_to, assigned_to_name, version, sla_base_id, sla_floor_id, sla_timezone) on public.ticket to liaison_job;

create table public.ticket_comment (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  ticket_id uuid not null,
  author_id uuid,
  author_name text not null,
  author_partner_id uuid,
  author_partner_name text,
  is_internal boolean not null default false,
  content text not null,
  created_at timestamp with time zone not null default now(),
  constraint ticket_comment_content_check CHECK (((char_length(content) >= 1) AND (char_length(content) <= 20000))),
  constraint ticket_comment_pkey PRIMARY KEY (tenant_id, id),
  constraint ticket_comment_tenant_id_ticket_id_fkey FOREIGN KEY (tenant_id, ticket_id) REFERENCES public.ticket(tenant_id, id)
);
CREATE INDEX ticket_comment_tenant_id_ticket_id_created_at_idx ON public.ticket_comment USING btree (tenant_id, ticket_id, created_at);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.ticket_comment FOR EACH ROW WHEN (((new.author_name IS NOT NULL) OR (new.author_partner_name IS NOT NULL))) EXECUTE FUNCTION private.act_in_own_name('author_name', 'author_partner_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.ticket_comment REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.ticket_comment REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.ticket_comment REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
alter table public.ticket_comment enable row level security, force row level security;
create policy accounts on public.ticket_comment for select to liaison_delegate
  using (((NOT is_internal) AND ((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket_comment'::text, 'select'::text) own_tickets(tenant_id, id)))));
create policy accounts_insert on public.ticket_comment for insert to liaison_delegate
  with check ((((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket_comment'::text, 'insert'::text) own_tickets(tenant_id, id))) AND ((NOT is_internal) OR ((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket_note'::text, 'select'::text) own_tickets(tenant_id, id)))) AND (author_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (NOT (author_partner_id IS DISTINCT FROM ( SELECT access.context_id('partner_id'::text) AS context_id)))));
create policy accounts_notes on public.ticket_comment for select to liaison_delegate
  using ((is_internal AND ((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket_note'::text, 'select'::text) own_tickets(tenant_id, id)))));
create policy clock on public.ticket_comment for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.ticket_comment for select to liaison_authz
  using (true);
create policy ingesting on public.ticket_comment for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy insertable on public.ticket_comment for insert to liaison_delegate, liaison_tenant
  with check (((tenant_id IN ( SELECT access.reach('ticket_comment'::text, 'insert'::text) AS reach)) AND ((NOT is_internal) OR (tenant_id IN ( SELECT access.reach('ticket_note'::text, 'select'::text) AS reach))) AND (author_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (NOT (author_partner_id IS DISTINCT FROM ( SELECT access.context_id('partner_id'::text) AS context_id)))));
create policy internal_notes on public.ticket_comment for select to liaison_delegate, liaison_tenant
  using ((is_internal AND (tenant_id IN ( SELECT access.reach('ticket_note'::text, 'select'::text) AS reach))));
create policy public_comments on public.ticket_comment for select to liaison_delegate, liaison_tenant
  using (((NOT is_internal) AND (tenant_id IN ( SELECT access.reach('ticket_comment'::text, 'select'::text) AS reach))));
grant select on public.ticket_comment to liaison_authz;
grant insert, select on public.ticket_comment to liaison_delegate;
grant insert, select on public.ticket_comment to liaison_ingest;
grant select on public.ticket_comment to liaison_job;
grant insert, select on public.ticket_comment to liaison_tenant;

-- The last ticket number of each tenant: numbers are per tenant, so one tenant never learns how many another has.
create table public.ticket_counter (
  tenant_id uuid not null,
  last_number integer not null default 0,
  constraint ticket_counter_pkey PRIMARY KEY (tenant_id),
  constraint ticket_counter_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.ticket_counter enable row level security, force row level security;
create policy counting on public.ticket_counter for all to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('ticket'::text, 'insert'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('ticket'::text, 'insert'::text) AS reach)));
create policy deciding on public.ticket_counter for select to liaison_authz
  using (true);
create policy ingesting on public.ticket_counter for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy numbering on public.ticket_counter for all to liaison_authz
  using (true)
  with check (true);
grant insert, select, update on public.ticket_counter to liaison_authz;
grant insert, select, update on public.ticket_counter to liaison_delegate;
grant insert, select, update on public.ticket_counter to liaison_ingest;
grant insert, select, update on public.ticket_counter to liaison_tenant;

-- Tickets that came from outside, until our own work has set their clocks to what came.
create table public.ticket_sla_arrival (
  tenant_id uuid not null,
  ticket_id uuid not null,
  arrived_at timestamp with time zone not null default statement_timestamp(),
  constraint ticket_sla_arrival_pkey PRIMARY KEY (tenant_id, ticket_id),
  constraint ticket_sla_arrival_tenant_id_ticket_id_fkey FOREIGN KEY (tenant_id, ticket_id) REFERENCES public.ticket(tenant_id, id)
);
alter table public.ticket_sla_arrival enable row level security, force row level security;
create policy clock on public.ticket_sla_arrival for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.ticket_sla_arrival for select to liaison_authz
  using (true);
create policy noting on public.ticket_sla_arrival for all to liaison_owner
  using (true)
  with check (true);
grant select on public.ticket_sla_arrival to liaison_authz;
grant delete, select on public.ticket_sla_arrival to liaison_job;

-- The promised time of a ticket. A pause moves due_at by the length of the pause; a breach is never edited away.
create table public.ticket_sla_clock (
  tenant_id uuid not null,
  ticket_id uuid not null,
  metric text not null,
  target_minutes integer not null,
  started_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  paused_since timestamp with time zone,
  paused_ms bigint not null default 0,
  met_at timestamp with time zone,
  breached_at timestamp with time zone,
  paused_business_ms bigint not null default 0,
  policy_version_id uuid,
  is_business boolean not null default false,
  at_risk_at timestamp with time zone,
  next_signal_at timestamp with time zone,
  taken_minutes double precision generated always as (((date_part('epoch'::text, (met_at - started_at)) / (60)::double precision) - ((paused_ms)::double precision / (60000)::double precision))) stored,
  constraint ticket_sla_clock_metric_check CHECK ((metric = ANY (ARRAY['first_response'::text, 'resolution'::text]))),
  constraint ticket_sla_clock_paused_business_ms_check CHECK ((paused_business_ms >= 0)),
  constraint ticket_sla_clock_paused_ms_check CHECK ((paused_ms >= 0)),
  constraint ticket_sla_clock_pkey PRIMARY KEY (tenant_id, ticket_id, metric),
  constraint ticket_sla_clock_target_minutes_check CHECK ((target_minutes > 0)),
  constraint ticket_sla_clock_tenant_id_policy_version_id_fkey FOREIGN KEY (tenant_id, policy_version_id) REFERENCES public.sla_policy_version(tenant_id, id),
  constraint ticket_sla_clock_tenant_id_ticket_id_fkey FOREIGN KEY (tenant_id, ticket_id) REFERENCES public.ticket(tenant_id, id)
);
CREATE INDEX ticket_sla_due ON public.ticket_sla_clock USING btree (tenant_id, due_at) INCLUDE (met_at, paused_since, breached_at, ticket_id);
CREATE INDEX ticket_sla_next ON public.ticket_sla_clock USING btree (COALESCE(next_signal_at, '-infinity'::timestamp with time zone)) WHERE ((met_at IS NULL) AND (paused_since IS NULL));
CREATE INDEX ticket_sla_running ON public.ticket_sla_clock USING btree (tenant_id, due_at) WHERE (met_at IS NULL);
CREATE INDEX ticket_sla_started ON public.ticket_sla_clock USING btree (tenant_id, metric, started_at) INCLUDE (met_at, breached_at, paused_since, due_at, taken_minutes, ticket_id);
CREATE INDEX ticket_sla_taken ON public.ticket_sla_clock USING btree (tenant_id, metric, taken_minutes) INCLUDE (started_at) WHERE (met_at IS NOT NULL);
CREATE INDEX ticket_sla_undecided ON public.ticket_sla_clock USING btree (tenant_id, metric, started_at) INCLUDE (paused_since, due_at) WHERE ((met_at IS NULL) AND (breached_at IS NULL));
CREATE TRIGGER copy_sla_clock AFTER INSERT ON public.ticket_sla_clock FOR EACH ROW EXECUTE FUNCTION private.copy_sla_clock();
CREATE TRIGGER copy_sla_clock_change AFTER UPDATE OF target_minutes, due_at, paused_since, paused_ms, paused_business_ms, met_at, breached_at, policy_version_id, is_business, at_risk_at ON public.ticket_sla_clock FOR EACH ROW EXECUTE FUNCTION private.copy_sla_clock();
CREATE TRIGGER count_inserted AFTER INSERT ON public.ticket_sla_clock REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.count_promises();
CREATE TRIGGER count_updated AFTER UPDATE ON public.ticket_sla_clock REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.count_promises();
CREATE TRIGGER enforce_sla_clock BEFORE INSERT OR DELETE OR UPDATE ON public.ticket_sla_clock FOR EACH ROW EXECUTE FUNCTION private.enforce_sla_clock();
alter table public.ticket_sla_clock enable row level security, force row level security;
create policy accounts on public.ticket_sla_clock for select to liaison_delegate
  using (((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'select'::text) own_tickets(tenant_id, id))));
create policy accounts_insert on public.ticket_sla_clock for insert to liaison_delegate
  with check (((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'insert'::text) own_tickets(tenant_id, id))));
create policy accounts_update on public.ticket_sla_clock for update to liaison_delegate
  using (((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'update'::text) own_tickets(tenant_id, id))))
  with check (((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'update'::text) own_tickets(tenant_id, id))));
create policy clock on public.ticket_sla_clock for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy copying on public.ticket_sla_clock for select to liaison_owner
  using (true);
create policy deciding on public.ticket_sla_clock for select to liaison_authz
  using (true);
create policy ingesting on public.ticket_sla_clock for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy insertable on public.ticket_sla_clock for insert to liaison_delegate, liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('ticket'::text, 'insert'::text) AS reach)));
create policy readable on public.ticket_sla_clock for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('ticket'::text, 'select'::text) AS reach)));
create policy updatable on public.ticket_sla_clock for update to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('ticket'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('ticket'::text, 'update'::text) AS reach)));
grant select on public.ticket_sla_clock to liaison_authz;
grant insert, select, update on public.ticket_sla_clock to liaison_delegate;
grant insert, select, update on public.ticket_sla_clock to liaison_ingest;
grant insert, select, update on public.ticket_sla_clock to liaison_job;
grant insert, select, update on public.ticket_sla_clock to liaison_tenant;

-- Why a promise was missed, said once by somebody who works on the ticket. It explains the breach and never takes it away.
create table public.ticket_sla_justification (
  tenant_id uuid not null,
  ticket_id uuid not null,
  metric text not null,
  code text not null,
  note text not null,
  author_id uuid not null,
  author_name text not null,
  author_partner_name text,
  created_at timestamp with time zone not null default now(),
  constraint ticket_sla_justification_code_check CHECK ((code = ANY (ARRAY['third_party'::text, 'customer_unreachable'::text, 'force_majeure'::text, 'wrong_priority'::text, 'understaffed'::text, 'recorded_late'::text, 'other'::text]))),
  constraint ticket_sla_justification_metric_check CHECK ((metric = ANY (ARRAY['first_response'::text, 'resolution'::text]))),
  constraint ticket_sla_justification_note_check CHECK (((char_length(note) >= 10) AND (char_length(note) <= 1000))),
  constraint ticket_sla_justification_pkey PRIMARY KEY (tenant_id, ticket_id, metric),
  constraint ticket_sla_justification_tenant_id_ticket_id_metric_fkey FOREIGN KEY (tenant_id, ticket_id, metric) REFERENCES public.ticket_sla_clock(tenant_id, ticket_id, metric)
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.ticket_sla_justification FOR EACH ROW WHEN (((new.author_name IS NOT NULL) OR (new.author_partner_name IS NOT NULL))) EXECUTE FUNCTION private.act_in_own_name('author_name', 'author_partner_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.ticket_sla_justification REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.ticket_sla_justification REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.ticket_sla_justification REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER keep BEFORE DELETE OR UPDATE ON public.ticket_sla_justification FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
alter table public.ticket_sla_justification enable row level security, force row level security;
create policy accounts on public.ticket_sla_justification for select to liaison_delegate
  using (((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'select'::text) own_tickets(tenant_id, id))));
create policy accounts_insert on public.ticket_sla_justification for insert to liaison_delegate
  with check (((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'insert'::text) own_tickets(tenant_id, id)
UNION
 SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'update'::text) own_tickets(tenant_id, id))));
create policy clock on public.ticket_sla_justification for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.ticket_sla_justification for select to liaison_authz
  using (true);
create policy insertable on public.ticket_sla_justification for insert to liaison_delegate, liaison_tenant
  with check (((tenant_id IN ( SELECT access.reach('ticket'::text, 'insert'::text) AS reach)) OR (tenant_id IN ( SELECT access.reach('ticket'::text, 'update'::text) AS reach))));
create policy readable on public.ticket_sla_justification for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('ticket'::text, 'select'::text) AS reach)));
grant select on public.ticket_sla_justification to liaison_authz;
grant insert, select on public.ticket_sla_justification to liaison_delegate;
grant insert, select on public.ticket_sla_justification to liaison_job;
grant insert, select on public.ticket_sla_justification to liaison_tenant;

-- That a share of a ticket's promised time was used up: once for each ticket, metric and level, for ever. The key makes every warning exactly one.
create table public.ticket_sla_signal (
  tenant_id uuid not null,
  ticket_id uuid not null,
  metric text not null,
  level integer not null,
  occurred_at timestamp with time zone not null,
  noted_at timestamp with time zone not null default statement_timestamp(),
  constraint ticket_sla_signal_level_check CHECK ((level = ANY (ARRAY[50, 75, 90, 100, 150, 200]))),
  constraint ticket_sla_signal_metric_check CHECK ((metric = ANY (ARRAY['first_response'::text, 'resolution'::text]))),
  constraint ticket_sla_signal_pkey PRIMARY KEY (tenant_id, ticket_id, metric, level),
  constraint ticket_sla_signal_tenant_id_ticket_id_fkey FOREIGN KEY (tenant_id, ticket_id) REFERENCES public.ticket(tenant_id, id)
);
CREATE INDEX ticket_sla_signal_newest ON public.ticket_sla_signal USING btree (noted_at);
CREATE TRIGGER keep BEFORE DELETE OR UPDATE ON public.ticket_sla_signal FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
alter table public.ticket_sla_signal enable row level security, force row level security;
create policy accounts on public.ticket_sla_signal for select to liaison_delegate
  using (((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'select'::text) own_tickets(tenant_id, id))));
create policy accounts_insert on public.ticket_sla_signal for insert to liaison_delegate
  with check (((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'insert'::text) own_tickets(tenant_id, id)
UNION
 SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'update'::text) own_tickets(tenant_id, id))));
create policy clock on public.ticket_sla_signal for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.ticket_sla_signal for select to liaison_authz
  using (true);
create policy insertable on public.ticket_sla_signal for insert to liaison_delegate, liaison_tenant
  with check (((tenant_id IN ( SELECT access.reach('ticket'::text, 'insert'::text) AS reach)) OR (tenant_id IN ( SELECT access.reach('ticket'::text, 'update'::text) AS reach))));
create policy readable on public.ticket_sla_signal for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('ticket'::text, 'select'::text) AS reach)));
grant select on public.ticket_sla_signal to liaison_authz;
grant insert, select on public.ticket_sla_signal to liaison_delegate;
grant insert, select on public.ticket_sla_signal to liaison_job;
grant insert, select on public.ticket_sla_signal to liaison_tenant;

-- How the promised time of a ticket came about, step by step: when it started, stood still and for how long, and where it moved. paused_ms is the length of the pause that ended, in the time that the clock counts.
create table public.ticket_sla_step (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  ticket_id uuid not null,
  metric text not null,
  kind text not null,
  at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  paused_ms bigint,
  reason text,
  constraint ticket_sla_step_kind_check CHECK ((kind = ANY (ARRAY['started'::text, 'paused'::text, 'resumed'::text, 'retargeted'::text, 'met'::text, 'breached'::text, 'reopened'::text]))),
  constraint ticket_sla_step_metric_check CHECK ((metric = ANY (ARRAY['first_response'::text, 'resolution'::text]))),
  constraint ticket_sla_step_paused_ms_check CHECK ((paused_ms >= 0)),
  constraint ticket_sla_step_pkey PRIMARY KEY (tenant_id, id),
  constraint ticket_sla_step_reason_check CHECK ((char_length(reason) <= 100)),
  constraint ticket_sla_step_tenant_id_ticket_id_fkey FOREIGN KEY (tenant_id, ticket_id) REFERENCES public.ticket(tenant_id, id)
);
CREATE INDEX ticket_sla_step_tenant_id_ticket_id_at_id_idx ON public.ticket_sla_step USING btree (tenant_id, ticket_id, at, id);
CREATE TRIGGER keep BEFORE DELETE OR UPDATE ON public.ticket_sla_step FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
alter table public.ticket_sla_step enable row level security, force row level security;
create policy accounts on public.ticket_sla_step for select to liaison_delegate
  using (((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'select'::text) own_tickets(tenant_id, id))));
create policy accounts_insert on public.ticket_sla_step for insert to liaison_delegate
  with check (((tenant_id, ticket_id) IN ( SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'insert'::text) own_tickets(tenant_id, id)
UNION
 SELECT own_tickets.tenant_id,
    own_tickets.id
   FROM access.own_tickets('ticket'::text, 'update'::text) own_tickets(tenant_id, id))));
create policy clock on public.ticket_sla_step for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.ticket_sla_step for select to liaison_authz
  using (true);
create policy insertable on public.ticket_sla_step for insert to liaison_delegate, liaison_tenant
  with check (((tenant_id IN ( SELECT access.reach('ticket'::text, 'insert'::text) AS reach)) OR (tenant_id IN ( SELECT access.reach('ticket'::text, 'update'::text) AS reach))));
create policy readable on public.ticket_sla_step for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('ticket'::text, 'select'::text) AS reach)));
grant select on public.ticket_sla_step to liaison_authz;
grant insert, select on public.ticket_sla_step to liaison_delegate;
grant insert, select on public.ticket_sla_step to liaison_job;
grant insert, select on public.ticket_sla_step to liaison_tenant;

create table public.usage_day (
  tenant_id uuid not null,
  day date not null,
  active_subscribers integer not null,
  data_gb numeric(16,3) not null,
  peak_mbps numeric(12,3),
  average_mbps numeric(12,3),
  source text,
  created_at timestamp with time zone not null default now(),
  constraint usage_day_active_subscribers_check CHECK ((active_subscribers >= 0)),
  constraint usage_day_average_mbps_check CHECK ((average_mbps >= (0)::numeric)),
  constraint usage_day_data_gb_check CHECK ((data_gb >= (0)::numeric)),
  constraint usage_day_peak_mbps_check CHECK ((peak_mbps >= (0)::numeric)),
  constraint usage_day_pkey PRIMARY KEY (tenant_id, day),
  constraint usage_day_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.usage_day REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.usage_day REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.usage_day REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER sum_deleted AFTER DELETE ON public.usage_day REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION private.sum_usage();
CREATE TRIGGER sum_inserted AFTER INSERT ON public.usage_day REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.sum_usage();
CREATE TRIGGER sum_updated AFTER UPDATE ON public.usage_day REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION private.sum_usage();
alter table public.usage_day enable row level security, force row level security;
create policy deciding on public.usage_day for select to liaison_authz
  using (true);
create policy ingesting on public.usage_day for all to liaison_ingest
  using ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'ingest'::text));
create policy insertable on public.usage_day for insert to liaison_delegate, liaison_tenant
  with check ((tenant_id IN ( SELECT access.reach('usage_day'::text, 'insert'::text) AS reach)));
create policy readable on public.usage_day for select to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('usage_day'::text, 'select'::text) AS reach)));
create policy summing_read on public.usage_day for select to liaison_owner
  using (true);
create policy updatable on public.usage_day for update to liaison_delegate, liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('usage_day'::text, 'update'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('usage_day'::text, 'update'::text) AS reach)));
grant select on public.usage_day to liaison_authz;
grant select on public.usage_day to liaison_delegate;
grant insert, select, update on public.usage_day to liaison_ingest;
grant select on public.usage_day to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.guard_withdrawal()
 RETURNS trigger
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'INSERT' then
    if session_user in ('liaison_tenant', 'liaison_delegate', 'liaison_ingest', 'liaison_job') then
      raise exception 'a ticket is opened before it is withdrawn' using errcode = 'check_violation', constraint = 'ticket_withdrawal';
    end if;
    return new;
  end if;
  if session_user in ('liaison_ingest', 'liaison_job') or (session_user in ('liaison_tenant', 'liaison_delegate') and (
    old.created_by is distinct from access.context_id('actor_id')
    or old.created_by_partner_id is distinct from access.context_id('partner_id')
    or old.source is not null
    or old.version <> 1
    or old.assigned_to is not null
    or old.response_count <> 0
    or old.created_at not between now() - interval '1 minute' and now()
    or exists (select from public.ticket_comment c where c.tenant_id = old.tenant_id and c.ticket_id = old.id))) then
    raise exception 'this ticket is not withdrawn any more, or not by you' using errcode = 'check_violation', constraint = 'ticket_withdrawal';
  end if;
  return new;
end
$function$;
grant execute on access.guard_withdrawal() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_ticket(wanted_tenant uuid, ticket uuid, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  opener uuid;
  sent integer;
begin
  if wanted_tenant not in (select access.reach('ticket', 'insert') union select access.reach('ticket', 'update') union select access.reach('ticket_comment', 'insert'))
    and (wanted_tenant, mail_ticket.ticket) not in (select * from access.own_tickets('ticket', 'insert') union select * from access.own_tickets('ticket', 'update') union select * from access.own_tickets('ticket_comment', 'insert')) then
    raise exception 'nobody of this tenant is told' using errcode = 'insufficient_privilege';
  end if;
  select m.person_id into opener from public.ticket t
  join public.tenant_member m on m.tenant_id = t.tenant_id and m.person_id = t.created_by and m.status = 'active'
  where t.tenant_id = wanted_tenant and t.id = mail_ticket.ticket;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_ticket.subject, 'text', mail_ticket.body)
  from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
  where m.tenant_id = wanted_tenant and m.status = 'active'
    and case when opener is null then m.role = 'TENANT_ADMIN' else m.person_id = opener end;
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_ticket(uuid,uuid,text,text) to liaison_delegate;
grant execute on access.mail_ticket(uuid,uuid,text,text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_ticket_worker(wanted_tenant uuid, worker uuid, subject text, body text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  sent integer;
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work warns people' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', mail_ticket_worker.subject, 'text', mail_ticket_worker.body)
  from public.person p
  where p.id = worker and p.status = 'active' and exists (select from access.ticket_worker_name(wanted_tenant, worker) n where n is not null);
  get diagnostics sent = row_count;
  return sent > 0;
end
$function$;
grant execute on access.mail_ticket_worker(uuid,uuid,text,text) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.next_ticket_number(wanted_tenant uuid)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  next integer;
begin
  if access.context_plane() is distinct from 'ingest' and wanted_tenant not in (select access.reach('ticket', 'insert') union select access.restricted_reach('ticket', 'insert')) then
    raise exception 'no ticket may be opened in this tenant' using errcode = 'insufficient_privilege';
  end if;
  loop
    insert into public.ticket_counter as c (tenant_id, last_number) values (wanted_tenant, 1)
    on conflict (tenant_id) do update set last_number = c.last_number + 1
    returning c.last_number into next;
    exit when not exists (select from public.ticket t where t.tenant_id = wanted_tenant and t.number = 'T-' || next);
  end loop;
  return 'T-' || next;
end
$function$;
grant execute on access.next_ticket_number(uuid) to liaison_delegate;
grant execute on access.next_ticket_number(uuid) to liaison_ingest;
grant execute on access.next_ticket_number(uuid) to liaison_tenant;

-- The tickets whose number, subject or customer is like a pattern, of those of the tenants that this transaction may read.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.search_tickets(pattern text, tenants uuid[])
 RETURNS TABLE(tenant_id uuid, id uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 100
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  wanted text := lower(pattern);
  rare text[] := string_to_array(regexp_replace(regexp_replace(substr(wanted, 2, greatest(char_length(wanted) - 2, 0)), '\\(.)', '\1', 'g'), '[a-z0-9 ./,_\x01-]+', '', 'g'), null);
  reached uuid[] := array(select r from access.reach('ticket', 'select') r where r = any (tenants));
begin
  if (wanted ~ '[a-z0-9]{3}') then
    return query
      select k.tenant_id, k.id
      from unnest(reached) t (id) cross join lateral (select n.tenant_id, n.id from ticket n where n.tenant_id = t.id and n.search_text like wanted) k;
  elsif (cardinality(rare) > 0) then
    return query
      select k.tenant_id, k.id
      from unnest(reached) t (id) cross join lateral (
        select n.tenant_id, n.id from ticket n
        where n.tenant_id = t.id and string_to_array(regexp_replace(n.search_text, '[a-z0-9 ./,_\x01-]+', '', 'g'), null) @> rare and n.search_text ~ '[^a-z0-9 ./,_\x01-]' and n.search_text || '' like wanted) k;
  else
    return query select k.tenant_id, k.id from ticket k where k.tenant_id = any (reached) and k.search_text || '' like wanted;
  end if;
  return query
    select k.tenant_id, k.id from access.own_tickets('ticket', 'select') o join ticket k on k.tenant_id = o.tenant_id and k.id = o.id
    where k.tenant_id = any (tenants) and k.search_text || '' like wanted;
end
$function$;
grant execute on access.search_tickets(text,uuid[]) to liaison_delegate;
grant execute on access.search_tickets(text,uuid[]) to liaison_tenant;

-- is_listed says whether the asking side may be shown the person in a list; the others may only be named by their id.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ticket_assignees()
 RETURNS TABLE(person_id uuid, name text, partner_name text, is_listed boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  plane text := access.context_plane();
  here uuid := access.context_id('tenant_id');
  own_partner uuid := access.context_id('partner_id');
  reading integer := (select b.bit from public.permission b where b.name = 'partner.support.tickets.read');
begin
  if here is null or plane not in ('delegation', 'tenant') or here not in (select access.reach('ticket', 'select') union select access.restricted_reach('ticket', 'select')) then
    return;
  end if;
  return query
    select h.id, h.name, p.name, plane = 'tenant' or p.id = own_partner
    from access.usable_link u
    join public.partner p on p.id = u.partner_id
    join public.person h on h.id = u.person_id
    where u.tenant_id = here and (plane = 'tenant' or u.partner_id = own_partner) and get_bit(u.mask, reading) = 1
    union all
    select h.id, h.name, null, plane = 'tenant'
    from public.tenant_member tm
    join public.person h on h.id = tm.person_id and h.status = 'active'
    where tm.tenant_id = here and tm.status = 'active';
end
$function$;
grant execute on access.ticket_assignees() to liaison_delegate;
grant execute on access.ticket_assignees() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ticket_worker_name(wanted_tenant uuid, worker uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_job' or access.context_plane() is distinct from 'system' then
    raise exception 'only our own work asks who works on tickets' using errcode = 'insufficient_privilege';
  end if;
  return (
    select h.name from public.person h
    where h.id = worker and h.status = 'active' and (
      exists (select from public.tenant_member m where m.tenant_id = wanted_tenant and m.person_id = worker and m.status = 'active')
      or exists (select from access.usable_link u join public.permission b on b.name = 'partner.support.tickets.read'
        where u.tenant_id = wanted_tenant and u.person_id = worker and not u.own_accounts_only and get_bit(u.mask, b.bit) = 1)));
end
$function$;
grant execute on access.ticket_worker_name(uuid,uuid) to liaison_job;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.copy_sla_clock()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update ticket t
  set (sla_metric, sla_due_at, sla_target_minutes, sla_paused_since, sla_version_id, sla_is_business, sla_at_risk_at, sla_breached_at) = (
    select current_clock.metric, current_clock.due_at, current_clock.target_minutes, current_clock.paused_since, current_clock.policy_version_id,
      current_clock.is_business, current_clock.at_risk_at, missed.at
    from (
      select min(coalesce(c.breached_at, case when coalesce(c.met_at, c.paused_since) > c.due_at then c.due_at end)) as at,
        bool_or(c.metric = 'resolution' and c.met_at is not null) as is_over
      from ticket_sla_clock c where c.tenant_id = new.tenant_id and c.ticket_id = new.ticket_id) missed
    left join lateral (
      select c.* from ticket_sla_clock c
      where c.tenant_id = new.tenant_id and c.ticket_id = new.ticket_id and c.met_at is null and not missed.is_over
      order by c.metric limit 1) current_clock on true)
  where t.tenant_id = new.tenant_id and t.id = new.ticket_id;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_sla_clock()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  counted_until timestamptz;
begin
  if tg_op = 'DELETE' then
    raise exception 'a promised time stays with its ticket' using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' then
    if (new.tenant_id, new.ticket_id, new.metric, new.started_at) is distinct from (old.tenant_id, old.ticket_id, old.metric, old.started_at) then
      raise exception 'a promised time keeps its ticket and start' using errcode = 'check_violation', constraint = 'ticket_sla_clock_identity';
    end if;
    if old.breached_at is not null and new.breached_at is distinct from old.breached_at then
      raise exception 'a missed promise stays missed' using errcode = 'check_violation', constraint = 'ticket_sla_clock_breach';
    end if;
    -- A promise that has been missed by now is marked, whatever else the writer changes; only what comes from outside may say that it was kept.
    counted_until := coalesce(old.met_at, old.paused_since, now());
    if old.breached_at is null and old.due_at < counted_until and session_user <> 'liaison_job' then
      new.breached_at := coalesce(new.breached_at, old.due_at);
    end if;
    if new.at_risk_at is not distinct from old.at_risk_at and new.due_at <> old.due_at then
      new.at_risk_at := null;
    end if;
  end if;
  new.at_risk_at := coalesce(new.at_risk_at, new.due_at - make_interval(secs => new.target_minutes * 15));
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_ticket()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if new.tenant_id <> old.tenant_id or new.number <> old.number then
    raise exception 'a ticket keeps its tenant and number' using errcode = 'check_violation', constraint = 'ticket_identity';
  end if;
  if session_user in ('liaison_tenant', 'liaison_delegate') then
    if (new.id, new.created_at, new.created_by, new.created_by_partner_id, new.source, new.opening_mailed)
      is distinct from (old.id, old.created_at, old.created_by, old.created_by_partner_id, old.source, old.opening_mailed) or new.version < old.version then
      raise exception 'how a ticket was opened and how often it was changed stays as it was' using errcode = 'check_violation', constraint = 'ticket_history';
    end if;
    if new.status <> old.status and not exists (
      select from state_transition t where t.entity = 'ticket' and t.from_state = old.status and t.to_state = new.status
        and t.actor_kind = case session_user when 'liaison_tenant' then 'tenant' else 'partner' end) then
      raise exception 'a ticket may not move from % to %', old.status, new.status using errcode = 'check_violation', constraint = 'ticket_transition';
    end if;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_sla_of_ticket()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if pg_trigger_depth() < 2 and (old.sla_metric, old.sla_due_at, old.sla_target_minutes, old.sla_paused_since, old.sla_breached_at, old.sla_version_id, old.sla_is_business, old.sla_at_risk_at)
    is distinct from (new.sla_metric, new.sla_due_at, new.sla_target_minutes, new.sla_paused_since, new.sla_breached_at, new.sla_version_id, new.sla_is_business, new.sla_at_risk_at) then
    raise exception 'the promised time of a ticket is that of its clocks' using errcode = 'check_violation', constraint = 'ticket_sla_copy';
  end if;
  if old.sla_timezone is not null and (old.sla_base_id, old.sla_floor_id, old.sla_timezone) is distinct from (new.sla_base_id, new.sla_floor_id, new.sla_timezone) then
    raise exception 'a ticket keeps what it was opened under' using errcode = 'check_violation', constraint = 'ticket_sla_basis';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.name_ticket_assignee()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user not in ('liaison_delegate', 'liaison_tenant') then
    return new;
  end if;
  new.assigned_to_name := (select a.name from access.ticket_assignees() a where a.person_id = new.assigned_to limit 1);
  if new.assigned_to is not null and new.assigned_to_name is null then
    raise exception 'a ticket is given to whom the list of assignees names' using errcode = 'check_violation', constraint = 'ticket_assignee';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.note_ticket_arrival()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into ticket_sla_arrival (tenant_id, ticket_id) select a.tenant_id, a.id from arrived a on conflict do nothing;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.note_ticket_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into ticket_sla_arrival (tenant_id, ticket_id)
  select a.tenant_id, a.id from arrived a join past p using (tenant_id, id)
  where (a.status, a.priority, a.resolved_at, a.first_response_at) is distinct from (p.status, p.priority, p.resolved_at, p.first_response_at)
  on conflict do nothing;
  return null;
end
$function$;
