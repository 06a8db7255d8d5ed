-- A private calendar address of one person for one organisation. It works while the person belongs to the organisation and nobody took it back.
create table public.link_calendar (
  id uuid not null default uuidv7(),
  person_id uuid not null,
  partner_id uuid,
  tenant_id uuid,
  key_digest bytea not null,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  constraint link_calendar_check CHECK ((num_nonnulls(partner_id, tenant_id) = 1)),
  constraint link_calendar_key_digest_check CHECK ((octet_length(key_digest) = 32)),
  constraint link_calendar_key_digest_key UNIQUE (key_digest),
  constraint link_calendar_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint link_calendar_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint link_calendar_pkey PRIMARY KEY (id),
  constraint link_calendar_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX link_calendar_partner_id_idx ON public.link_calendar USING btree (partner_id);
CREATE INDEX link_calendar_person_id_idx ON public.link_calendar USING btree (person_id);
CREATE INDEX link_calendar_tenant_id_idx ON public.link_calendar USING btree (tenant_id);
CREATE TRIGGER audited_delete AFTER DELETE ON public.link_calendar REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.link_calendar REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.link_calendar REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
alter table public.link_calendar enable row level security, force row level security;
create policy deciding on public.link_calendar for select to liaison_authz
  using (true);
create policy partner_own on public.link_calendar for all to liaison_program
  using (((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (partner_id = ( SELECT access.own_partner() AS own_partner))))
  with check (((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (partner_id = ( SELECT access.own_partner() AS own_partner))));
create policy tenant_own on public.link_calendar for all to liaison_tenant
  using (((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach))))
  with check (((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach))));
grant select on public.link_calendar to liaison_authz;
grant insert (person_id, partner_id, tenant_id, key_digest) on public.link_calendar to liaison_program;
grant select (id, person_id, partner_id, tenant_id, created_at, revoked_at) on public.link_calendar to liaison_program;
grant update (revoked_at) on public.link_calendar to liaison_program;
grant insert (person_id, partner_id, tenant_id, key_digest) on public.link_calendar to liaison_tenant;
grant select (id, person_id, partner_id, tenant_id, created_at, revoked_at) on public.link_calendar to liaison_tenant;
grant update (revoked_at) on public.link_calendar to liaison_tenant;

-- What a tenant looks after when a partner's access was stopped; made by the database with every revocation of a link that was in use.
create table public.link_checklist (
  link_id uuid not null,
  tenant_id uuid not null,
  item text not null,
  created_at timestamp with time zone not null default now(),
  done_at timestamp with time zone,
  done_by_name text,
  constraint link_checklist_check CHECK (((done_at IS NULL) = (done_by_name IS NULL))),
  constraint link_checklist_item_check CHECK ((item = ANY (ARRAY['tickets'::text, 'passwords'::text, 'apps'::text, 'networks'::text, 'documents'::text, 'contacts'::text]))),
  constraint link_checklist_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.link(id),
  constraint link_checklist_pkey PRIMARY KEY (link_id, item),
  constraint link_checklist_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX link_checklist_tenant_id_idx ON public.link_checklist USING btree (tenant_id);
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.link_checklist FOR EACH ROW WHEN ((new.done_by_name IS DISTINCT FROM old.done_by_name)) EXECUTE FUNCTION private.act_in_own_name('done_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.link_checklist REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.link_checklist REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.link_checklist REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
alter table public.link_checklist enable row level security, force row level security;
create policy deciding on public.link_checklist for select to liaison_authz
  using (true);
create policy making on public.link_checklist for insert to liaison_owner
  with check (true);
create policy tenant_side on public.link_checklist for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.link_checklist to liaison_authz;
grant select on public.link_checklist to liaison_tenant;
grant update (done_at, done_by_name) on public.link_checklist to liaison_tenant;

-- The weekly mails about what partners did that were sent, so that each week is told once.
create table public.link_digest (
  tenant_id uuid not null,
  week_starts_on date not null,
  sent_at timestamp with time zone not null default now(),
  constraint link_digest_pkey PRIMARY KEY (tenant_id, week_starts_on),
  constraint link_digest_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
alter table public.link_digest enable row level security, force row level security;
create policy clock on public.link_digest for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.link_digest for select to liaison_authz
  using (true);
grant select on public.link_digest to liaison_authz;
grant insert, select on public.link_digest to liaison_job;

-- A tenant hands the work of one partner over to another: which link goes, which one comes.
create table public.link_handover (
  old_link_id uuid not null,
  new_link_id uuid not null,
  tenant_id uuid not null,
  ends text not null,
  decided_by uuid not null,
  decided_by_name text not null,
  decided_at timestamp with time zone not null default now(),
  constraint link_handover_check CHECK ((old_link_id <> new_link_id)),
  constraint link_handover_ends_check CHECK ((ends = ANY (ARRAY['now'::text, 'at_acceptance'::text]))),
  constraint link_handover_new_link_id_fkey FOREIGN KEY (new_link_id) REFERENCES public.link(id),
  constraint link_handover_new_link_id_key UNIQUE (new_link_id),
  constraint link_handover_new_of_tenant FOREIGN KEY (tenant_id, new_link_id) REFERENCES public.delegation(tenant_id, id),
  constraint link_handover_old_link_id_fkey FOREIGN KEY (old_link_id) REFERENCES public.link(id),
  constraint link_handover_old_of_tenant FOREIGN KEY (tenant_id, old_link_id) REFERENCES public.delegation(tenant_id, id),
  constraint link_handover_pkey PRIMARY KEY (old_link_id),
  constraint link_handover_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX link_handover_tenant_id_idx ON public.link_handover USING btree (tenant_id);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.link_handover FOR EACH ROW WHEN ((new.decided_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('decided_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.link_handover FOR EACH ROW WHEN ((new.decided_by_name IS DISTINCT FROM old.decided_by_name)) EXECUTE FUNCTION private.act_in_own_name('decided_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.link_handover REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.link_handover REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.link_handover REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_next_handover BEFORE UPDATE ON public.link_handover FOR EACH ROW EXECUTE FUNCTION private.enforce_next_handover();
CREATE TRIGGER own_links BEFORE INSERT OR UPDATE ON public.link_handover FOR EACH ROW EXECUTE FUNCTION private.enforce_handover_links();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.link_handover FOR EACH ROW WHEN ((new.decided_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('decided_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.link_handover FOR EACH ROW WHEN ((new.decided_by IS DISTINCT FROM old.decided_by)) EXECUTE FUNCTION private.act_as_oneself('decided_by');
alter table public.link_handover enable row level security, force row level security;
create policy clock on public.link_handover for select to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy copying_read on public.link_handover for select to liaison_owner
  using (true);
create policy deciding on public.link_handover for select to liaison_authz
  using (true);
create policy tenant_side on public.link_handover for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.link_handover to liaison_authz;
grant select on public.link_handover to liaison_job;
grant insert, select on public.link_handover to liaison_tenant;
grant update (new_link_id, ends, decided_by, decided_by_name, decided_at) on public.link_handover to liaison_tenant;

-- One line for each notice that a side of a link got; written with the mail, in the transaction of what happened.
create table public.link_news (
  id uuid not null default uuidv7(),
  link_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  side text not null,
  news text not null,
  sentence text not null,
  created_at timestamp with time zone not null default now(),
  constraint link_news_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.link(id),
  constraint link_news_pkey PRIMARY KEY (id),
  constraint link_news_side_check CHECK ((side = ANY (ARRAY['partner'::text, 'tenant'::text])))
);
CREATE INDEX link_news_link_id_idx ON public.link_news USING btree (link_id);
CREATE INDEX link_news_partner_id_created_at_idx ON public.link_news USING btree (partner_id, created_at DESC) WHERE (side = 'partner'::text);
CREATE INDEX link_news_tenant_id_created_at_idx ON public.link_news USING btree (tenant_id, created_at DESC) WHERE (side = 'tenant'::text);
alter table public.link_news enable row level security, force row level security;
create policy deciding on public.link_news for select to liaison_authz
  using (true);
create policy partner_side on public.link_news for select to liaison_program
  using (((side = 'partner'::text) AND (partner_id = ( SELECT access.own_partner() AS own_partner))));
create policy telling on public.link_news for insert to liaison_authz
  with check (true);
create policy tenant_side on public.link_news for select to liaison_tenant
  using (((side = 'tenant'::text) AND (tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach))));
grant select on public.link_news to liaison_authz;
grant select on public.link_news to liaison_program;
grant select on public.link_news to liaison_tenant;
grant insert (link_id, tenant_id, partner_id, side, news, sentence) on public.link_news to liaison_authz;

-- Up to when a person has seen the notices of an organisation.
create table public.link_news_read (
  person_id uuid not null,
  organisation_id uuid not null,
  read_until timestamp with time zone not null,
  constraint link_news_read_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint link_news_read_pkey PRIMARY KEY (person_id, organisation_id)
);
alter table public.link_news_read enable row level security, force row level security;
create policy deciding on public.link_news_read for select to liaison_authz
  using (true);
create policy own on public.link_news_read for all to liaison_program, liaison_tenant
  using (((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (organisation_id = ( SELECT COALESCE(access.context_id('tenant_id'::text), access.context_id('partner_id'::text)) AS "coalesce"))))
  with check (((person_id = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (organisation_id = ( SELECT COALESCE(access.context_id('tenant_id'::text), access.context_id('partner_id'::text)) AS "coalesce"))));
grant select on public.link_news_read to liaison_authz;
grant insert, select on public.link_news_read to liaison_program;
grant insert, select on public.link_news_read to liaison_tenant;
grant update (read_until) on public.link_news_read to liaison_program;
grant update (read_until) on public.link_news_read to liaison_tenant;

-- The notices of a coming end that were sent, so that each is sent once for each end.
create table public.link_notice (
  link_id uuid not null,
  ends_at timestamp with time zone not null,
  days integer not null,
  sent_at timestamp with time zone not null default now(),
  constraint link_notice_days_check CHECK ((days = ANY (ARRAY[60, 30, 7, 1]))),
  constraint link_notice_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.link(id),
  constraint link_notice_pkey PRIMARY KEY (link_id, ends_at, days)
);
alter table public.link_notice enable row level security, force row level security;
create policy clock on public.link_notice for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.link_notice for select to liaison_authz
  using (true);
grant select on public.link_notice to liaison_authz;
grant insert, select on public.link_notice to liaison_job;

-- What the clock said about a link, so that each is said once for each date it is about.
create table public.link_reminder (
  link_id uuid not null,
  what text not null,
  about timestamp with time zone not null,
  sent_at timestamp with time zone not null default now(),
  constraint link_reminder_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.link(id),
  constraint link_reminder_pkey PRIMARY KEY (link_id, what, about),
  constraint link_reminder_what_check CHECK ((what = ANY (ARRAY['review_due'::text, 'review_overdue'::text, 'first_use'::text, 'role_version'::text, 'unused'::text, 'second_factor'::text])))
);
alter table public.link_reminder enable row level security, force row level security;
create policy clock on public.link_reminder for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.link_reminder for select to liaison_authz
  using (true);
grant select on public.link_reminder to liaison_authz;
grant insert, select on public.link_reminder to liaison_job;

-- What a partner asked for, as it typed it. Every request is kept, also one that reached no tenant, so that asking tells nothing about who is a tenant. The id is the link's.
create table public.link_request_sent (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  tenant_slug text not null,
  relationship_type text not null,
  access_role text not null,
  role_version integer not null,
  overrides jsonb not null default '[]'::jsonb,
  request_message text not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone,
  requested_by uuid not null,
  requested_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null default (now() + '30 days'::interval),
  withdrawn_at timestamp with time zone,
  sla_response_hours integer,
  billing_parties jsonb,
  conditions jsonb,
  constraint link_request_sent_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint link_request_sent_pkey PRIMARY KEY (id),
  constraint link_request_sent_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES public.person(id),
  constraint link_request_sent_tenant_slug_check CHECK (((char_length(tenant_slug) >= 1) AND (char_length(tenant_slug) <= 63)))
);
CREATE INDEX link_request_sent_partner_id_requested_at_idx ON public.link_request_sent USING btree (partner_id, requested_at);
CREATE INDEX link_request_sent_partner_id_tenant_slug_requested_at_idx ON public.link_request_sent USING btree (partner_id, tenant_slug, requested_at);
CREATE TRIGGER audited_delete AFTER DELETE ON public.link_request_sent REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.link_request_sent REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.link_request_sent REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.link_request_sent FOR EACH ROW WHEN ((new.requested_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('requested_by');
alter table public.link_request_sent enable row level security, force row level security;
create policy deciding on public.link_request_sent for select to liaison_authz
  using (true);
create policy owners_insert on public.link_request_sent as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.link_request_sent as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.link_request_sent for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.link_request_sent to liaison_authz;
grant select on public.link_request_sent to liaison_program;
grant insert (id, partner_id, tenant_slug, relationship_type, access_role, role_version, overrides, request_message, starts_at, ends_at, requested_by, sla_response_hours, billing_parties, conditions) on public.link_request_sent to liaison_program;
grant update (withdrawn_at) on public.link_request_sent to liaison_program;

-- What a partner asks new customers for, kept to be asked again. It opens nothing: what is asked for is checked anew whenever it is used.
create table public.link_template (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  name text not null,
  terms jsonb not null,
  version integer not null default 1,
  created_by_name text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint link_template_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  constraint link_template_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint link_template_pkey PRIMARY KEY (id),
  constraint link_template_terms_check CHECK (((jsonb_typeof(terms) = 'object'::text) AND (octet_length((terms)::text) <= 32768)))
);
CREATE UNIQUE INDEX link_template_one_name ON public.link_template USING btree (partner_id, lower(name));
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.link_template FOR EACH ROW WHEN ((new.created_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('created_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.link_template REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.link_template REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.link_template REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.link_template FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
alter table public.link_template enable row level security, force row level security;
create policy deciding on public.link_template for select to liaison_authz
  using (true);
create policy owners_delete on public.link_template as restrictive for delete to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_insert on public.link_template as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.link_template as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.link_template as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.link_template for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.link_template to liaison_authz;
grant delete, select on public.link_template to liaison_program;
grant insert (partner_id, name, terms, created_by_name) on public.link_template to liaison_program;
grant update (name, terms, version) on public.link_template to liaison_program;

-- Up to when the clock has looked for the first use of links.
create table public.link_watch (
  name text not null,
  seen_until timestamp with time zone not null,
  constraint link_watch_name_check CHECK ((name = 'first_use'::text)),
  constraint link_watch_pkey PRIMARY KEY (name)
);
alter table public.link_watch enable row level security, force row level security;
create policy clock on public.link_watch for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.link_watch for select to liaison_authz
  using (true);
grant select on public.link_watch to liaison_authz;
grant insert, select, update on public.link_watch to liaison_job;

-- The networks from which a partner lets its people work; combined with those of the tenant and of the link, an address must be on every enforced list.
create table public.partner_network_rule (
  partner_id uuid not null,
  ip_mode text not null default 'off'::text,
  ip_allow text[] not null default '{}'::text[],
  version integer not null default 1,
  updated_at timestamp with time zone not null default now(),
  constraint partner_network_rule_check CHECK (((ip_mode <> 'enforce'::text) OR (cardinality(ip_allow) > 0))),
  constraint partner_network_rule_ip_allow_check CHECK ((cardinality(ip_allow) <= 200)),
  constraint partner_network_rule_ip_mode_check CHECK ((ip_mode = ANY (ARRAY['off'::text, 'monitor'::text, 'enforce'::text]))),
  constraint partner_network_rule_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_network_rule_pkey PRIMARY KEY (partner_id)
);
CREATE TRIGGER announced AFTER INSERT OR UPDATE ON public.partner_network_rule FOR EACH ROW EXECUTE FUNCTION private.announce_access('partner_id=partner_id');
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_network_rule REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_network_rule REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_network_rule REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.partner_network_rule FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
CREATE TRIGGER stamped_before AFTER UPDATE ON public.partner_network_rule REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER stamped_delete AFTER DELETE ON public.partner_network_rule REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER stamped_insert AFTER INSERT ON public.partner_network_rule REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
CREATE TRIGGER stamped_update AFTER UPDATE ON public.partner_network_rule REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION access.stamp_change('partner_id');
alter table public.partner_network_rule enable row level security, force row level security;
create policy deciding on public.partner_network_rule for select to liaison_authz
  using (true);
create policy owners_insert on public.partner_network_rule as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.partner_network_rule as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.partner_network_rule for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
grant select on public.partner_network_rule to liaison_authz;
grant insert, select, update on public.partner_network_rule to liaison_program;

-- A code by which one partner may ask this tenant for a link, once. It opens nothing: the tenant reads the request and decides. No partner reads this table.
create table public.tenant_invitation_code (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  code_hash bytea not null,
  hint text not null,
  note text,
  made_by uuid not null,
  made_by_name text not null,
  made_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  withdrawn_by uuid,
  withdrawn_by_name text,
  withdrawn_at timestamp with time zone,
  used_at timestamp with time zone,
  used_by uuid,
  link_id uuid,
  constraint tenant_invitation_code_check CHECK (((expires_at > made_at) AND (expires_at <= (made_at + '2160:00:00'::interval)))),
  constraint tenant_invitation_code_check1 CHECK (((withdrawn_at IS NULL) = (withdrawn_by IS NULL))),
  constraint tenant_invitation_code_check2 CHECK ((((used_at IS NULL) = (link_id IS NULL)) AND ((used_at IS NULL) = (used_by IS NULL)))),
  constraint tenant_invitation_code_check3 CHECK (((used_at IS NULL) OR (withdrawn_at IS NULL))),
  constraint tenant_invitation_code_code_hash_check CHECK ((octet_length(code_hash) = 32)),
  constraint tenant_invitation_code_hint_check CHECK ((hint ~ '^[0-9A-HJKMNP-TV-Z]{4}$'::text)),
  constraint tenant_invitation_code_made_by_fkey FOREIGN KEY (made_by) REFERENCES public.person(id),
  constraint tenant_invitation_code_note_check CHECK (((char_length(note) >= 1) AND (char_length(note) <= 100))),
  constraint tenant_invitation_code_pkey PRIMARY KEY (tenant_id, id),
  constraint tenant_invitation_code_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint tenant_invitation_code_used_by_tenant_id_link_id_fkey FOREIGN KEY (used_by, tenant_id, link_id) REFERENCES public.link(partner_id, tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
  constraint tenant_invitation_code_withdrawn_by_fkey FOREIGN KEY (withdrawn_by) REFERENCES public.person(id)
);
CREATE INDEX tenant_invitation_code_code_hash_idx ON public.tenant_invitation_code USING btree (code_hash);
CREATE INDEX tenant_invitation_code_tenant_id_made_at_idx ON public.tenant_invitation_code USING btree (tenant_id, made_at);
CREATE UNIQUE INDEX tenant_invitation_code_one_request ON public.tenant_invitation_code USING btree (tenant_id, link_id) WHERE (link_id IS NOT NULL);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.tenant_invitation_code FOR EACH ROW WHEN ((new.made_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('made_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.tenant_invitation_code FOR EACH ROW WHEN ((new.withdrawn_by_name IS DISTINCT FROM old.withdrawn_by_name)) EXECUTE FUNCTION private.act_in_own_name('withdrawn_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.tenant_invitation_code REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.tenant_invitation_code REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.tenant_invitation_code REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_invitation_code BEFORE INSERT OR UPDATE ON public.tenant_invitation_code FOR EACH ROW EXECUTE FUNCTION access.enforce_invitation_code();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.tenant_invitation_code FOR EACH ROW WHEN ((new.made_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('made_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.tenant_invitation_code FOR EACH ROW WHEN ((new.withdrawn_by IS DISTINCT FROM old.withdrawn_by)) EXECUTE FUNCTION private.act_as_oneself('withdrawn_by');
alter table public.tenant_invitation_code enable row level security, force row level security;
create policy consuming on public.tenant_invitation_code for update to liaison_authz
  using (true)
  with check (true);
create policy deciding on public.tenant_invitation_code for select to liaison_authz
  using (true);
create policy own_codes on public.tenant_invitation_code for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.tenant_invitation_code to liaison_authz;
grant update (used_at, used_by, link_id) on public.tenant_invitation_code to liaison_authz;
grant insert (tenant_id, code_hash, hint, note, made_by, made_by_name, expires_at) on public.tenant_invitation_code to liaison_tenant;
grant select (id, tenant_id, hint, note, made_by, made_by_name, made_at, expires_at, withdrawn_by, withdrawn_by_name, withdrawn_at, used_at, used_by, link_id) on public.tenant_invitation_code to liaison_tenant;
grant update (withdrawn_by, withdrawn_by_name, withdrawn_at) on public.tenant_invitation_code to liaison_tenant;

-- The address that gets receipts and news of what lets partners in, in the language of whoever reads there. No partner sees it.
create table public.tenant_security_contact (
  tenant_id uuid not null,
  email text,
  language text not null default 'en'::text,
  version integer not null default 1,
  updated_at timestamp with time zone not null default now(),
  constraint tenant_security_contact_email_check CHECK ((((length(email) >= 3) AND (length(email) <= 254)) AND (email !~ '[[:space:][:cntrl:]]'::text))),
  constraint tenant_security_contact_language_check CHECK ((language = ANY (ARRAY['en'::text, 'es'::text, 'fr'::text]))),
  constraint tenant_security_contact_pkey PRIMARY KEY (tenant_id),
  constraint tenant_security_contact_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE TRIGGER audited_delete AFTER DELETE ON public.tenant_security_contact REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.tenant_security_contact REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.tenant_security_contact REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER note_former_address AFTER UPDATE OF email ON public.tenant_security_contact FOR EACH ROW WHEN ((old.email IS DISTINCT FROM new.email)) EXECUTE FUNCTION access.note_former_address();
CREATE TRIGGER set_updated_at BEFORE UPDATE ON public.tenant_security_contact FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();
alter table public.tenant_security_contact enable row level security, force row level security;
create policy deciding on public.tenant_security_contact for select to liaison_authz
  using (true);
create policy own_contact on public.tenant_security_contact for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.tenant_security_contact to liaison_authz;
grant select on public.tenant_security_contact to liaison_tenant;
grant insert (tenant_id, email, language, version) on public.tenant_security_contact to liaison_tenant;
grant update (email, language, version) on public.tenant_security_contact to liaison_tenant;

-- owner: liaison_authz
create view access.link_fact as
 SELECT d.id,
    h.id AS person_id,
    t.name AS tenant_name,
    t.status AS tenant_status,
    l.access_role AS role,
    json_build_object('id', d.id, 'tenant_id', d.tenant_id, 'tenant_name', t.name, 'tenant_status', t.status, 'status',
        CASE
            WHEN ((d.status = 'active'::text) AND (d.review_stops_at <= statement_timestamp())) THEN 'suspended'::text
            ELSE d.status
        END, 'status_reason',
        CASE
            WHEN ((d.status = 'active'::text) AND (d.review_stops_at <= statement_timestamp())) THEN 'review_overdue'::text
            ELSE d.status_reason
        END, 'role', l.access_role, 'role_version', l.role_version, 'relationship_type', l.relationship_type, 'starts_at', d.starts_at, 'ends_at', d.ends_at, 'epoch', d.epoch, 'billing_party', d.billing_party, 'billing_parties', json_build_object('services', d.billing_party, 'api_calls', d.api_calls_party, 'seats', d.seats_party, 'exports', d.exports_party), 'status_changed_by_side',
        CASE
            WHEN ((d.status = 'active'::text) AND (d.review_stops_at <= statement_timestamp())) THEN 'clock'::text
            ELSE d.status_changed_by_side
        END, 'status_changed_at', d.status_changed_at, 'own_accounts_only', d.own_accounts_only, 'conditions', d.conditions, 'tenant_conditions', COALESCE(tp.conditions, '{}'::jsonb), 'partner_conditions', COALESCE(( SELECT json_build_object('ip_mode', r.ip_mode, 'ip_allow', r.ip_allow) AS json_build_object
           FROM public.partner_network_rule r
          WHERE (r.partner_id = d.partner_id)), '{}'::json), 'overrides', COALESCE(( SELECT json_agg(json_build_object('id', o.id, 'pattern', o.pattern, 'effect', o.effect, 'expires_at', o.expires_at)) AS json_agg
           FROM public.link_override o
          WHERE (o.link_id = d.id)), '[]'::json), 'assignment',
        CASE
            WHEN (m.link_id IS NOT NULL) THEN json_build_object('role', m.role, 'ends_at', m.ends_at)
            ELSE NULL::json
        END, 'elevations',
        CASE
            WHEN (m.elevated_until > statement_timestamp()) THEN json_build_array(json_build_object('id', m.elevation_id, 'mask', m.elevated_mask, 'starts_at', m.elevated_from, 'ends_at', m.elevated_until))
            ELSE '[]'::json
        END, 'freezes', COALESCE(( SELECT json_agg(json_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) AS json_agg
           FROM public.access_freeze f
          WHERE ((f.lifted_at IS NULL) AND ((f.person_id IS NULL) OR (f.person_id = h.id)) AND ((f.partner_id IS NULL) OR (f.partner_id = d.partner_id)) AND ((f.tenant_id IS NULL) OR (f.tenant_id = d.tenant_id)) AND ((f.delegation_id IS NULL) OR (f.delegation_id = d.id)))), '[]'::json)) AS facts
   FROM (((((public.delegation d
     JOIN public.link l ON ((l.id = d.id)))
     JOIN public.tenant t ON ((t.id = d.tenant_id)))
     CROSS JOIN public.person h)
     LEFT JOIN public.tenant_partner_policy tp ON ((tp.tenant_id = d.tenant_id)))
     LEFT JOIN public.link_member m ON (((m.link_id = d.id) AND (m.person_id = h.id))));

-- owner: liaison_owner
create view public.link_list_of_partner with (security_invoker=true) as
 SELECT COALESCE(o.id, r.id) AS id,
    COALESCE(o.partner_id, r.partner_id) AS partner_id,
    o.partner_name,
    o.partner_slug,
        CASE
            WHEN (NOT seen.hidden) THEN o.tenant_id
            ELSE NULL::uuid
        END AS tenant_id,
        CASE
            WHEN (NOT seen.hidden) THEN o.tenant_name
            ELSE r.tenant_slug
        END AS tenant_name,
        CASE
            WHEN (NOT seen.hidden) THEN o.tenant_slug
            ELSE r.tenant_slug
        END AS tenant_slug,
        CASE
            WHEN ((NOT seen.hidden) OR (o.status = 'declined'::text)) THEN o.status
            WHEN (r.withdrawn_at IS NOT NULL) THEN 'withdrawn'::text
            WHEN (r.expires_at <= statement_timestamp()) THEN 'lapsed'::text
            ELSE 'requested'::text
        END AS status,
        CASE
            WHEN (NOT seen.hidden) THEN o.stored_status
            ELSE 'requested'::text
        END AS stored_status,
        CASE
            WHEN ((NOT seen.hidden) OR (o.status = 'declined'::text)) THEN o.status_reason
            ELSE NULL::text
        END AS status_reason,
        CASE
            WHEN ((NOT seen.hidden) OR (o.status = 'declined'::text)) THEN o.status_changed_at
            ELSE COALESCE(r.withdrawn_at, r.requested_at)
        END AS status_changed_at,
        CASE
            WHEN ((NOT seen.hidden) OR (o.status = 'declined'::text)) THEN o.status_changed_by_side
            WHEN (r.withdrawn_at IS NOT NULL) THEN 'partner'::text
            ELSE NULL::text
        END AS status_changed_by_side,
        CASE
            WHEN (NOT seen.hidden) THEN o.starts_at
            ELSE r.starts_at
        END AS starts_at,
        CASE
            WHEN (NOT seen.hidden) THEN o.ends_at
            ELSE r.ends_at
        END AS ends_at,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.epoch
            ELSE NULL::integer
        END, 1) AS epoch,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.billing_party
            ELSE (r.billing_parties ->> 'services'::text)
        END, 'tenant'::text) AS billing_party,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.has_conditions
            ELSE (r.conditions <> '{}'::jsonb)
        END, false) AS has_conditions,
    COALESCE(o.requested_by, r.requested_by) AS requested_by,
    COALESCE(r.requested_at, o.requested_at) AS requested_at,
    o.approved_at,
    o.approved_by_name,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.version
            ELSE NULL::integer
        END, 1) AS version,
    COALESCE(r.requested_at, o.created_at) AS created_at,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.updated_at
            ELSE NULL::timestamp with time zone
        END, r.requested_at) AS updated_at,
    COALESCE(o.relationship_type, r.relationship_type) AS relationship_type,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.access_role
            ELSE NULL::text
        END, r.access_role) AS access_role,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.role_version
            ELSE NULL::integer
        END, r.role_version) AS role_version,
    COALESCE(o.initiated_by, 'partner'::text) AS initiated_by,
    COALESCE(r.request_message, o.request_message) AS request_message,
    COALESCE(r.expires_at, o.request_expires_at) AS request_expires_at,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.auto_renew_days
            ELSE NULL::integer
        END, 0) AS auto_renew_days,
        CASE
            WHEN (NOT seen.hidden) THEN o.sla_response_hours
            ELSE r.sla_response_hours
        END AS sla_response_hours,
        CASE
            WHEN (NOT seen.hidden) THEN o.sla_uptime_target
            ELSE NULL::numeric
        END AS sla_uptime_target,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.notify_on_sla_breach
            ELSE NULL::boolean
        END, true) AS notify_on_sla_breach,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.notify_on_billing_threshold
            ELSE NULL::boolean
        END, true) AS notify_on_billing_threshold,
        CASE
            WHEN (NOT seen.hidden) THEN o.billing_alert_threshold_minor
            ELSE NULL::bigint
        END AS billing_alert_threshold_minor,
        CASE
            WHEN (NOT seen.hidden) THEN o.billing_alert_currency
            ELSE NULL::text
        END AS billing_alert_currency,
        CASE
            WHEN (NOT seen.hidden) THEN o.overrides
            ELSE r.overrides
        END AS overrides,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.members_count
            ELSE NULL::integer
        END, 0) AS members_count,
        CASE
            WHEN (NOT seen.hidden) THEN o.last_used_at
            ELSE NULL::timestamp with time zone
        END AS last_used_at,
        CASE
            WHEN (NOT seen.hidden) THEN o.review_due_at
            ELSE NULL::timestamp with time zone
        END AS review_due_at,
        CASE
            WHEN (NOT seen.hidden) THEN o.via_partner_name
            ELSE NULL::text
        END AS via_partner_name,
        CASE
            WHEN (NOT seen.hidden) THEN o.attestation_ref
            ELSE NULL::text
        END AS attestation_ref,
        CASE
            WHEN (NOT seen.hidden) THEN o.objection_until
            ELSE NULL::timestamp with time zone
        END AS objection_until,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.own_accounts_only
            ELSE NULL::boolean
        END, false) AS own_accounts_only,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.billing_parties
            ELSE r.billing_parties
        END, '{"seats": "partner", "exports": "partner", "services": "tenant", "api_calls": "partner"}'::jsonb) AS billing_parties,
    COALESCE(
        CASE
            WHEN (NOT seen.hidden) THEN o.waits_for_factor
            ELSE NULL::boolean
        END, false) AS waits_for_factor
   FROM ((public.link_request_sent r
     FULL JOIN public.link_overview o ON ((o.id = r.id)))
     CROSS JOIN LATERAL ( SELECT ((r.id IS NOT NULL) AND COALESCE((o.status = ANY (ARRAY['requested'::text, 'declined'::text, 'withdrawn'::text, 'lapsed'::text])), true)) AS hidden) seen);
grant select on public.link_list_of_partner to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.acting_minutes()
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce((select p.acting_minutes from public.tenant_partner_policy p where p.tenant_id = access.context_id('tenant_id')), 60)
  where access.context_plane() = 'delegation'
$function$;
grant execute on access.acting_minutes() to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.activity_between(tenant uuid, since timestamp with time zone, until timestamp with time zone)
 RETURNS TABLE(partner_name text, people text[], reads integer, writes integer, exports integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(max(e.partner_name), 'A partner'), array_agg(distinct e.actor_name order by e.actor_name), (coalesce(sum(e.repeats) filter (where e.method = 'GET' or s.row_count is not null), 0))::integer,
    (count(*) filter (where audit.is_change(e.method, e.action, s.row_count)))::integer, (count(*) filter (where e.action like '%export%'))::integer
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  where access.context_plane() = 'system' and s.kind = 'tenant' and s.scope_id = activity_between.tenant and s.occurred_at >= activity_between.since and s.occurred_at < activity_between.until
    and e.plane = 'delegation' and e.outcome = 'allowed' and e.partner_id is not null
  group by e.partner_id
  order by 1
$function$;
grant execute on access.activity_between(uuid,timestamp with time zone,timestamp with time zone) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.ask_tenant_admins(subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  sent integer;
begin
  if access.context_plane() is distinct from 'tenant' or not exists (select from access.reach('tenant', 'select')) then
    raise exception 'only a member asks the administrators' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', ask_tenant_admins.subject, 'text', ask_tenant_admins.body)
  from public.tenant_member tm join public.person p on p.id = tm.person_id and p.status = 'active'
  where tm.tenant_id = access.context_id('tenant_id') and tm.role = 'TENANT_ADMIN' and tm.status = 'active';
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.ask_tenant_admins(text,text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.begin_as_allowed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user not in ('liaison_program', 'liaison_tenant', 'liaison_platform') then
    return new;
  end if;
  if num_nonnulls(new.via_partner_id, new.via_partner_name) > 0
    and not exists (select from public.partner p where p.id = new.via_partner_id and p.name = new.via_partner_name and p.status = 'active') then
    raise exception 'a distributor is an active partner, under its own name' using errcode = 'check_violation', constraint = 'link_distributor';
  end if;
  if session_user = 'liaison_program' and (
    not (access.partner_may_ask(new.tenant_id, new.partner_id) or access.is_invited(new.tenant_id, new.partner_id, new.id))
    or exists (select from public.tenant_partner_policy p where p.tenant_id = new.tenant_id and new.access_role <> all (p.roles_allowed))) then
    raise exception 'the rules of the tenant let this partner ask for nothing' using errcode = 'check_violation', constraint = 'delegation_welcome';
  end if;
  if session_user = 'liaison_program' and access.must_wait_to_ask(new.tenant_id, new.partner_id)
    and not access.is_invited(new.tenant_id, new.partner_id, new.id) then
    raise exception 'a partner waits after a request was declined' using errcode = 'check_violation', constraint = 'link_declined_before';
  end if;
  if session_user = 'liaison_platform' and (new.review_due_at is null or new.review_due_at > statement_timestamp() + interval '181 days' or not exists (
    select from public.delegation d, public.link_role_template t, public.link_relationship_bound b
    where d.id = new.id and t.role = new.access_role and t.version = new.role_version and b.relationship_type = new.relationship_type
      and ((d.mask | d.role_mask) & ~ (t.defaults & t.ceiling & b.ceiling)) = 0::bit(256))) then
    raise exception 'what is attested opens what its role opens, and is reviewed' using errcode = 'check_violation', constraint = 'link_attestation';
  end if;
  return new;
end
$function$;
grant execute on access.begin_as_allowed() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.calendar_of(key_digest bytea)
 RETURNS TABLE(organisation text, side text, link_id uuid, other_name text, role text, ends_at timestamp with time zone, auto_renew_days integer, review_due_at timestamp with time zone, changed_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  feed public.link_calendar;
begin
  select c.* into feed from public.link_calendar c
  join public.person h on h.id = c.person_id and h.status = 'active'
  where c.key_digest = calendar_of.key_digest and c.revoked_at is null
    and (exists (select from public.tenant_member m join public.tenant t on t.id = m.tenant_id and t.status <> 'closed'
        join public.role_permission rp on rp.plane = 'tenant' and rp.role = m.role
        where m.tenant_id = c.tenant_id and m.person_id = c.person_id and m.status = 'active'
          and get_bit(rp.mask, (select p.bit from public.permission p where p.name = 'tenant.partner_access.read')) = 1)
      or exists (select from public.partner_member m join public.partner p on p.id = m.partner_id and p.status = 'active'
        where m.partner_id = c.partner_id and m.person_id = c.person_id and m.status = 'active'));
  if not found then
    return;
  end if;
  return query
  select case when feed.tenant_id is null then p.name else t.name end, case when feed.tenant_id is null then 'partner' else 'tenant' end, d.id,
    case when feed.tenant_id is null then t.name else p.name end, l.access_role, d.ends_at, l.auto_renew_days, l.review_due_at, d.updated_at
  from public.delegation d
  join public.link l on l.id = d.id
  join public.partner p on p.id = d.partner_id
  join public.tenant t on t.id = d.tenant_id
  where d.kind = 'link' and d.status in ('approved', 'active', 'suspended') and (d.tenant_id = feed.tenant_id or d.partner_id = feed.partner_id)
  union all
  -- An address that works and has nothing to say is told from one that does not work.
  select coalesce((select t.name from public.tenant t where t.id = feed.tenant_id), (select p.name from public.partner p where p.id = feed.partner_id)),
    case when feed.tenant_id is null then 'partner' else 'tenant' end, null, null, null, null, null, null, null
  order by 6 nulls last
  limit 2001;
end
$function$;
grant execute on access.calendar_of(bytea) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.calls_outside(networks text[], since timestamp with time zone)
 RETURNS TABLE(actor_id uuid, partner_id uuid, occurred_at timestamp with time zone, knows_address boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with wanted as materialized (
    select case when family(n.range) = 6 and n.range <<= '::ffff:0:0/96' then set_masklen(split_part(host(n.range), '::ffff:', 2)::inet, masklen(n.range) - 96) else n.range end as range
    from (select text::inet as range from unnest(networks) as text) n)
  select e.actor_id, e.partner_id, s.occurred_at, e.ip is not null
  from public.audit_scope s
  join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
  cross join lateral (select case when family(e.ip) = 6 and e.ip <<= '::ffff:0:0/96' then split_part(host(e.ip), '::ffff:', 2)::inet else e.ip end as address) a
  where s.occurred_at > calls_outside.since and e.plane = 'delegation' and e.outcome = 'allowed' and e.actor_type = 'person'
    and case access.context_plane()
      when 'tenant' then s.kind = 'tenant' and s.scope_id in (select access.reach('audit_scope', 'select'))
      when 'program' then s.kind = 'partner' and s.scope_id = (select access.partner_of_owner()) and e.partner_id = (select access.partner_of_owner())
      else false end
    and not exists (select from wanted w where a.address <<= w.range)
  limit 50000
$function$;
grant execute on access.calls_outside(text[],timestamp with time zone) to liaison_program;
grant execute on access.calls_outside(text[],timestamp with time zone) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.cancel_exports_of(partner uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  cancelled integer;
begin
  if access.context_plane() is distinct from 'tenant' or not exists (select from access.reach('delegation', 'update')) then
    return 0;
  end if;
  update public.export e set status = 'cancelled', status_reason = 'The organisation hands the work over to another partner.', finished_at = statement_timestamp(), slot = null, claim_hash = null, claimed_until = null
  where e.partner_id = cancel_exports_of.partner and e.status in ('queued', 'processing') and access.context_id('tenant_id') = any (e.tenant_ids);
  get diagnostics cancelled = row_count;
  return cancelled;
end
$function$;
grant execute on access.cancel_exports_of(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.check_link(link uuid)
 RETURNS TABLE(person_id uuid, person_name text, opens boolean, hindrance text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select m.person_id, h.name, u.link_id is not null and t.strong,
    case when not access.in_force(d) then 'not_in_force' when pm.status is distinct from 'active' or h.status <> 'active' then 'person_inactive'
      when m.ends_at <= statement_timestamp() then 'assignment_ended' when u.link_id is null then 'frozen' when not t.strong then 'no_factor' end
  from public.delegation d
  join public.link_member m on m.link_id = d.id
  join public.person h on h.id = m.person_id
  left join public.partner_member pm on pm.id = m.member_id and pm.partner_id = d.partner_id
  left join access.usable_link u on u.link_id = d.id and u.person_id = m.person_id and u.mask <> 0::bit(256)
  cross join lateral (select exists (select from public.passkey k where k.person_id = m.person_id)
    or exists (select from public.totp_factor f where f.person_id = m.person_id and f.confirmed_at is not null) as strong) t
  where d.id = check_link.link and d.kind = 'link' and access.is_party_to(d)
  order by h.name
$function$;
grant execute on access.check_link(uuid) to liaison_job;
grant execute on access.check_link(uuid) to liaison_program;
grant execute on access.check_link(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.count_apps()
 RETURNS TABLE(apps integer, partners uuid[], waiting integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (count(*) filter (where d.status = 'active'))::integer, coalesce(array_agg(distinct d.partner_id) filter (where d.status = 'active' and d.partner_id is not null), '{}'),
    (count(*) filter (where d.status = 'requested'))::integer
  from public.delegation d
  where d.kind in ('consent', 'resale') and d.tenant_id in (select access.reach('delegation', 'select')) and access.context_plane() = 'tenant'
    and d.status in ('active', 'requested') and (d.ends_at is null or d.ends_at > statement_timestamp())
$function$;
grant execute on access.count_apps() to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enforce_invitation_code()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' then
    if (old.used_at is not null or old.withdrawn_at is not null)
      and (new.used_at, new.used_by, new.link_id, new.withdrawn_at, new.withdrawn_by) is distinct from (old.used_at, old.used_by, old.link_id, old.withdrawn_at, old.withdrawn_by) then
      raise exception 'a code that was used or withdrawn stays so' using errcode = 'check_violation', constraint = 'invitation_code_over';
    end if;
    if session_user = 'liaison_tenant' and new.withdrawn_by is distinct from access.context_id('actor_id') then
      raise exception 'a code is withdrawn in the own name' using errcode = 'check_violation', constraint = 'invitation_code_maker';
    end if;
    return new;
  end if;
  if session_user = 'liaison_tenant' and new.made_by is distinct from access.context_id('actor_id') then
    raise exception 'a code is made in the own name' using errcode = 'check_violation', constraint = 'invitation_code_maker';
  end if;
  perform pg_advisory_xact_lock(access.lock_key('invitation codes', new.tenant_id));
  if (select count(*) from public.tenant_invitation_code c
      where c.tenant_id = new.tenant_id and c.used_at is null and c.withdrawn_at is null and c.expires_at > now()) >= access.most_open_invitation_codes() then
    raise exception 'too many codes are open' using errcode = 'check_violation', constraint = 'invitation_code_many';
  end if;
  return new;
end
$function$;
grant execute on access.enforce_invitation_code() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.factor_evidence(partner uuid)
 RETURNS TABLE(sign_ins integer, with_factor integer, with_passkey integer, asked_again integer, last_refused_at timestamp with time zone, last_refused_name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with people as (
    select distinct m.person_id from public.link_member m
    where m.tenant_id in (select access.reach('delegation', 'select')) and m.partner_id = factor_evidence.partner and access.context_plane() = 'tenant'),
  sessions as (select s.* from public.session s join people on people.person_id = s.person_id where s.created_at > statement_timestamp() - interval '30 days'),
  refused as (
    select e.occurred_at, e.actor_name from public.audit_scope s
    join public.audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
    where s.kind = 'tenant' and s.scope_id in (select access.reach('delegation', 'select')) and access.context_plane() = 'tenant' and s.occurred_at > statement_timestamp() - interval '30 days'
      and e.partner_id = factor_evidence.partner and e.outcome = 'denied' and e.code in ('MFA_REQUIRED', 'STEP_UP_REQUIRED'))
  select (select count(*) from sessions)::integer, (select count(*) from sessions where factor <> 'none')::integer, (select count(*) from sessions where factor = 'phishing_resistant')::integer,
    (select count(*) from refused)::integer, (select max(occurred_at) from refused), (select actor_name from refused order by occurred_at desc limit 1)
$function$;
grant execute on access.factor_evidence(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.find_distributor(wanted_slug text)
 RETURNS TABLE(id uuid, name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select p.id, p.name from public.partner p
  where p.slug = wanted_slug and p.status = 'active' and (access.partner_of_owner() is not null or (access.context_plane() = 'tenant' and exists (select from access.reach('delegation', 'select'))))
$function$;
grant execute on access.find_distributor(text) to liaison_program;
grant execute on access.find_distributor(text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.first_uses(since timestamp with time zone, until timestamp with time zone)
 RETURNS TABLE(link_id uuid, used_at timestamp with time zone, person_name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select distinct on (d.id) d.id, e.occurred_at, e.actor_name
  from public.audit_event e
  join public.audit_scope s on s.event_id = e.id and s.occurred_at = e.occurred_at and s.kind = 'tenant'
  join public.delegation d on d.kind = 'link' and d.partner_id = e.partner_id and d.tenant_id = s.scope_id and d.approved_at <= e.occurred_at and d.status in ('active', 'suspended', 'expired', 'revoked')
  where access.context_plane() = 'system' and e.occurred_at > first_uses.since and e.occurred_at <= first_uses.until
    and e.plane = 'delegation' and e.outcome = 'allowed' and e.actor_type = 'person'
    and not exists (select from public.link_reminder r where r.link_id = d.id and r.what = 'first_use')
    -- What was in use before anybody looked is no news.
    and not exists (
      select from public.audit_scope was
      join public.audit_event old on old.id = was.event_id and old.occurred_at = was.occurred_at
      where was.kind = 'tenant' and was.scope_id = d.tenant_id and was.occurred_at >= d.approved_at and was.occurred_at <= first_uses.since
        and old.partner_id = d.partner_id and old.plane = 'delegation' and old.outcome = 'allowed' and old.actor_type = 'person')
  order by d.id, e.occurred_at
$function$;
grant execute on access.first_uses(timestamp with time zone,timestamp with time zone) to liaison_job;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.hold_invitation_code(wanted bytea)
 RETURNS uuid
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select c.tenant_id
  from public.tenant_invitation_code c
  join public.tenant t on t.id = c.tenant_id and t.status <> 'closed'
  where c.code_hash = wanted and c.used_at is null and c.withdrawn_at is null and c.expires_at > now()
    and access.context_plane() = 'program' and access.partner_as_owner() is not null
    and not exists (select from public.sandbox_tenant s where s.tenant_id = c.tenant_id and s.partner_id <> access.own_partner())
  for update of c
$function$;
grant execute on access.hold_invitation_code(bytea) to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.indirect_links()
 RETURNS TABLE(link_id uuid, tenant_name text, partner_name text, status text, access_role text, ends_at timestamp with time zone, totals jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select l.id, t.name, p.name,
    case when d.status in ('approved', 'active', 'suspended') and d.ends_at <= statement_timestamp() then 'expired'
      when d.status = 'active' and d.review_stops_at <= statement_timestamp() then 'suspended' else d.status end,
    l.access_role, d.ends_at,
    case when access.in_force(d) then coalesce((
      select jsonb_agg(jsonb_build_object('currency', sums.currency, 'outstanding_minor', sums.outstanding) order by sums.currency)
      from (select i.currency, sum(i.balance_minor)::bigint as outstanding from public.invoice i
        where i.tenant_id = d.tenant_id and i.balance_minor <> 0 group by i.currency) sums), '[]') else '[]' end
  from public.link l
  join public.delegation d on d.id = l.id
  join public.tenant t on t.id = d.tenant_id
  join public.partner p on p.id = d.partner_id
  where l.via_partner_id = access.own_partner() and access.context_plane() = 'program' and d.approved_at is not null
  order by t.name, l.id
  limit 500
$function$;
grant execute on access.indirect_links() to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_invited(asked_tenant uuid, asking_partner uuid, link uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select from public.tenant_invitation_code c where c.link_id = link and c.tenant_id = asked_tenant and c.used_by = asking_partner)
    and not exists (select from public.tenant_partner_policy p where p.tenant_id = asked_tenant and p.who_may_ask = 'unlisted' and asking_partner = any (p.listed_partner_ids))
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.loosens_own_rules(becomes jsonb)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce((select private.loosens_rules(p, jsonb_populate_record(p, becomes)) from public.tenant_partner_policy p
    where p.tenant_id = access.context_id('tenant_id') and access.is_in_own_plane() and access.context_plane() = 'tenant'), false)
$function$;
grant execute on access.loosens_own_rules(jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_other_admins(letters jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  sent integer;
begin
  if not (access.is_in_own_plane() and access.context_plane() = 'tenant' and exists (select from access.reach('delegation', 'select'))) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active', access.letter_in(letters, p.language, null) letter
  where m.tenant_id = access.context_id('tenant_id') and m.role = 'TENANT_ADMIN' and m.status = 'active' and letter is not null and p.id is distinct from access.context_id('actor_id');
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_other_admins(jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_security_contact(delegation_id uuid, letters jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', c.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.delegation d
  join public.tenant_security_contact c on c.tenant_id = d.tenant_id and c.email is not null,
    access.letter_in(mail_security_contact.letters, c.language, null) letter
  where d.id = mail_security_contact.delegation_id and access.is_in_own_plane() and access.is_party_to(d) and letter is not null
    and not exists (select from public.tenant_member tm join public.person p on p.id = tm.person_id and p.status = 'active'
      where tm.tenant_id = d.tenant_id and tm.role = 'TENANT_ADMIN' and tm.status = 'active' and lower(p.email) = lower(c.email))
$function$;
grant execute on access.mail_security_contact(uuid,jsonb) to liaison_job;
grant execute on access.mail_security_contact(uuid,jsonb) to liaison_platform;
grant execute on access.mail_security_contact(uuid,jsonb) to liaison_program;
grant execute on access.mail_security_contact(uuid,jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.most_open_invitation_codes()
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN 20;
grant execute on access.most_open_invitation_codes() to public;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.must_wait_to_ask(asked_tenant uuid, asking_partner uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select count(*) >= 3 or coalesce(max(d.status_changed_at) > statement_timestamp() - interval '168 hours', false)
  from public.delegation d join public.link l on l.id = d.id and l.initiated_by = 'partner'
  where d.tenant_id = asked_tenant and d.partner_id = asking_partner and d.kind = 'link' and d.status = 'declined'
    and d.status_changed_at > statement_timestamp() - interval '8760 hours'
$function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.resembles_partner(wanted uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select from public.delegation d
    join public.partner p on p.id = d.partner_id
    join public.partner other on private.look_of(other.name) = private.look_of(p.name)
    where d.id = wanted and access.is_party_to(d) and other.id <> p.id and other.status <> 'terminated' and private.look_of(p.name) <> '')
$function$;
grant execute on access.resembles_partner(uuid) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.tell_side(delegation_id uuid, side text, news text, sentence text, letters jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  of_delegation public.delegation;
begin
  select * into of_delegation from public.delegation d where d.id = tell_side.delegation_id and d.kind = 'link';
  if not found or not access.is_party_to(of_delegation) or side not in ('tenant', 'partner') then
    return 0;
  end if;
  insert into public.link_news (link_id, tenant_id, partner_id, side, news, sentence)
  values (of_delegation.id, of_delegation.tenant_id, of_delegation.partner_id, tell_side.side, tell_side.news, tell_side.sentence);
  return access.mail_side(tell_side.delegation_id, tell_side.side, tell_side.letters);
end
$function$;
grant execute on access.tell_side(uuid,text,text,text,jsonb) to liaison_job;
grant execute on access.tell_side(uuid,text,text,text,jsonb) to liaison_platform;
grant execute on access.tell_side(uuid,text,text,text,jsonb) to liaison_program;
grant execute on access.tell_side(uuid,text,text,text,jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.tell_side(delegation_id uuid, side text, news text, sentence text, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  of_delegation public.delegation;
begin
  select * into of_delegation from public.delegation d where d.id = tell_side.delegation_id and d.kind = 'link';
  if not found or not access.is_party_to(of_delegation) or side not in ('tenant', 'partner') then
    return 0;
  end if;
  insert into public.link_news (link_id, tenant_id, partner_id, side, news, sentence)
  values (of_delegation.id, of_delegation.tenant_id, of_delegation.partner_id, tell_side.side, tell_side.news, tell_side.sentence);
  return access.mail_side(tell_side.delegation_id, tell_side.side, tell_side.subject, tell_side.body);
end
$function$;
grant execute on access.tell_side(uuid,text,text,text,text,text) to liaison_job;
grant execute on access.tell_side(uuid,text,text,text,text,text) to liaison_platform;
grant execute on access.tell_side(uuid,text,text,text,text,text) to liaison_program;
grant execute on access.tell_side(uuid,text,text,text,text,text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.use_invitation_code(wanted bytea, for_link uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  used public.tenant_invitation_code;
begin
  update public.tenant_invitation_code c set used_at = now(), used_by = access.partner_as_owner(), link_id = for_link
  where c.code_hash = wanted and c.used_at is null and c.withdrawn_at is null and c.expires_at > now()
    and access.context_plane() = 'program' and access.partner_as_owner() is not null
  returning c.* into used;
  if used.id is null then
    return false;
  end if;
  perform audit.record_as(access.context() - 'partner_id' - 'partner_name' - 'member_id', jsonb_build_object(
    'action', 'tenant.partner_access.invitation_codes.use', 'tenant_id', used.tenant_id, 'delegation_id', for_link,
    'partner_name', (select p.name from public.partner p where p.id = used.used_by),
    'resource_type', 'invitation_code', 'resource_id', used.id, 'resource_label', used.hint || '…'));
  return true;
end
$function$;
grant execute on access.use_invitation_code(bytea,uuid) to liaison_program;

-- Takes the subjects of a row as name=column pairs.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.announce_access()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  -- A removed row is told as it was.
  changed jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  subject text;
  told jsonb := '{}';
begin
  foreach subject in array string_to_array(tg_argv[0], ',') loop
    told := told || jsonb_build_object(split_part(subject, '=', 1), changed -> split_part(subject, '=', 2));
  end loop;
  perform pg_notify('access_changed', private.veil_announcement(jsonb_strip_nulls(told)));
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.end_handed_over()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  with ended as (
    update delegation o set ends_at = greatest(new.approved_at, o.starts_at + interval '1 microsecond'), version = o.version + 1
    from link_handover h
    where h.new_link_id = new.id and h.tenant_id = new.tenant_id and h.ends = 'at_acceptance' and o.id = h.old_link_id and o.tenant_id = h.tenant_id
      and o.status in ('active', 'suspended') and (o.ends_at is null or o.ends_at > new.approved_at)
    returning o.id, o.tenant_id, o.partner_id, o.version, o.ends_at
  )
  insert into delegation_history (delegation_id, tenant_id, partner_id, version, event, detail)
  select e.id, e.tenant_id, e.partner_id, e.version, 'handed_over', jsonb_build_object('ends_at', e.ends_at) from ended e;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_attestation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() is distinct from 'provider' then
    return new;
  end if;
  if new.relationship_type <> 'enterprise_subsidiary' or new.attestation_ref is null or new.objection_until is null or not exists (
    select from delegation d where d.id = new.id and d.status = 'approved' and d.approval_basis = 'operator_attested' and d.starts_at >= new.objection_until and new.objection_until >= statement_timestamp() + interval '6 days 23 hours') then
    raise exception 'the provider attests subsidiaries under a contract, and the tenant has a week to object' using errcode = 'check_violation', constraint = 'link_attestation';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_handover()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() = 'clock' and not private.is_handed_over(old) then
    raise exception 'the clock ends only what was handed over' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_handover_links()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (
      select from delegation o where o.id = new.old_link_id and o.tenant_id = new.tenant_id and o.kind = 'link'
        and (case new.ends when 'now' then o.status = 'revoked' else o.status in ('active', 'suspended') and (o.ends_at is null or o.ends_at > statement_timestamp()) end))
    or not exists (
      select from delegation n join link l on l.id = n.id
      where n.id = new.new_link_id and n.tenant_id = new.tenant_id and n.status = 'requested' and l.initiated_by = 'tenant') then
    raise exception 'a handover goes from a link in use to an invitation of the same tenant' using errcode = 'check_violation', constraint = 'link_handover_links';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_next_handover()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if (new.old_link_id, new.tenant_id) is distinct from (old.old_link_id, old.tenant_id)
    or not exists (
      select from delegation d join link l on l.id = d.id
      where d.id = old.new_link_id and (d.status in ('declined', 'withdrawn', 'lapsed') or (d.status = 'requested' and l.request_expires_at <= statement_timestamp())
        or (d.approved_at is not null and exists (
          select from delegation o where o.id = old.old_link_id and o.status in ('active', 'suspended') and (o.ends_at is null or o.ends_at > statement_timestamp()))))) then
    raise exception 'the work is being handed over' using errcode = 'check_violation', constraint = 'link_handover_waits';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_payers()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  of_link link;
  to_tenant boolean;
  to_partner boolean;
begin
  select bool_or(private.share_of_tenant(becomes) > private.share_of_tenant(was)), bool_or(private.share_of_tenant(becomes) < private.share_of_tenant(was)) into to_tenant, to_partner
  from unnest(array[old.billing_party, old.api_calls_party, old.seats_party, old.exports_party],
    array[new.billing_party, new.api_calls_party, new.seats_party, new.exports_party]) parties (was, becomes);
  if side is null or not (to_tenant or to_partner) then
    return new;
  end if;
  select * into of_link from link l where l.id = new.id;
  if old.status = 'requested' and of_link.initiated_by = side then
    return new;
  end if;
  if (to_tenant and side <> 'tenant') or (to_partner and side <> 'partner') then
    raise exception 'no side of a link makes the other one pay' using errcode = 'check_violation', constraint = 'delegation_payer';
  end if;
  if to_tenant and not private.is_agreed(new.id, new.tenant_id, of_link.access_role) then
    raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'delegation_two_people';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_review()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if side is null or new.kind <> 'link' then
    return new;
  end if;
  if side = 'clock' and old.status = 'active' and new.status = 'suspended' and not coalesce(new.review_stops_at <= statement_timestamp(), false) then
    raise exception 'the clock suspends only what nobody reviewed' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  if coalesce(new.review_stops_at <= statement_timestamp(), false) and old.status = 'suspended' and new.status = 'active' then
    raise exception 'the access review is overdue' using errcode = 'check_violation', constraint = 'delegation_review';
  end if;
  if coalesce(new.review_stops_at <= statement_timestamp() + interval '30 days', false) and old.status in ('active', 'suspended', 'expired') and new.ends_at > old.ends_at then
    raise exception 'the access review is overdue' using errcode = 'check_violation', constraint = 'delegation_review';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_rules()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor uuid := access.context_id('actor_id');
begin
  if private.side_of_login() is distinct from 'tenant' then
    return new;
  end if;
  if tg_op = 'INSERT' then
    -- Nothing is looser than no rules.
    if new.proposed is not null then
      raise exception 'looser rules wait beside those that hold' using errcode = 'check_violation', constraint = 'policy_two_people';
    end if;
    return new;
  end if;
  if new.proposed is null then
    new.proposed_by := null;
    new.proposed_by_name := null;
    new.proposed_at := null;
    new.proposed_until := null;
  elsif new.proposed is distinct from old.proposed or old.proposed_until <= statement_timestamp()
    or (actor is distinct from old.proposed_by and not access.is_in_charge('tenant', new.tenant_id, old.proposed_by)) then
    new.proposed_by := actor;
    new.proposed_by_name := access.context() ->> 'actor_name';
    new.proposed_at := statement_timestamp();
    new.proposed_until := statement_timestamp() + interval '7 days';
  else
    new.proposed_by := old.proposed_by;
    new.proposed_by_name := old.proposed_by_name;
    new.proposed_at := old.proposed_at;
    new.proposed_until := old.proposed_until;
  end if;
  if private.loosens_rules(old, new) and access.asks_for_two(new.tenant_id, 'msp_full', null)
    and (old.proposed is null or actor is null or old.proposed_by is null or old.proposed_by = actor or old.proposed_until <= statement_timestamp() or private.rules_of(new) <> old.proposed
      or not access.hold_in_charge('tenant', new.tenant_id, old.proposed_by)) then
    raise exception 'looser rules take a second person' using errcode = 'check_violation', constraint = 'policy_two_people';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.is_handed_over(one public.delegation)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
RETURN (EXISTS (SELECT FROM (public.link_handover h JOIN public.delegation n ON (((n.id = h.new_link_id) AND (n.tenant_id = h.tenant_id)))) WHERE ((h.old_link_id = (is_handed_over.one).id) AND (h.tenant_id = (is_handed_over.one).tenant_id) AND (n.approved_at IS NOT NULL) AND ((is_handed_over.one).ends_at = GREATEST(n.approved_at, ((is_handed_over.one).starts_at + '00:00:00.000001'::interval))))));
grant execute on private.is_handed_over(public.delegation) to liaison_job;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.keep_suspension()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if new.status = old.status then
    new.suspended_by := old.suspended_by;
    new.suspended_by_side := old.suspended_by_side;
    return new;
  end if;
  if new.status = 'expired' and old.status = 'suspended' then
    new.suspended_by := old.status_changed_by;
    new.suspended_by_side := old.status_changed_by_side;
    return new;
  end if;
  if old.status = 'expired' and private.side_of_login() is not null
    and (new.status = 'suspended') is distinct from (old.suspended_by_side is not null and old.suspended_by_side <> 'clock') then
    raise exception 'an extension neither resumes nor suspends' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  if old.status = 'expired' and new.status = 'suspended' then
    new.status_changed_by := old.suspended_by;
    new.status_changed_by_side := old.suspended_by_side;
  end if;
  new.suspended_by := null;
  new.suspended_by_side := null;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.loosens_asking(was text, was_listed uuid[], becomes text, becomes_listed uuid[])
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case becomes
    when 'none' then false
    when 'listed' then case was when 'any' then false when 'listed' then not becomes_listed <@ was_listed when 'unlisted' then becomes_listed && was_listed else cardinality(becomes_listed) > 0 end
    when 'unlisted' then case was when 'any' then false when 'unlisted' then not was_listed <@ becomes_listed else true end
    else not (was = 'any' or (was = 'unlisted' and cardinality(was_listed) = 0)) end
$function$;
grant execute on private.loosens_asking(text,uuid[],text,uuid[]) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.loosens_rules(was public.tenant_partner_policy, becomes public.tenant_partner_policy)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select private.loosens_asking(was.who_may_ask, was.listed_partner_ids, becomes.who_may_ask, becomes.listed_partner_ids)
    or not becomes.roles_allowed <@ was.roles_allowed
    or becomes.max_duration_days > was.max_duration_days
    or becomes.acting_minutes > was.acting_minutes
    or (was.dual_approval and not becomes.dual_approval)
    or coalesce(private.loosens_conditions(was.conditions, becomes.conditions), false)
$function$;
grant execute on private.loosens_rules(public.tenant_partner_policy,public.tenant_partner_policy) to liaison_authz;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.make_checklist()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  insert into link_checklist (link_id, tenant_id, item)
  select new.id, new.tenant_id, item from unnest(array['tickets', 'passwords', 'apps', 'networks', 'documents', 'contacts']) as item
  on conflict do nothing;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.need_strong_member()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() is not null and not access.has_strong_member(new.partner_id) then
    raise exception 'a link begins once its partner has somebody with a second factor' using errcode = 'check_violation', constraint = 'link_second_factor';
  end if;
  return new;
end
$function$;

-- An approval plans the first review; each date of a review moves the instant at which the link would stop.
-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.plan_review()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if tg_table_name = 'delegation' then
    update link set review_due_at = new.approved_at + interval '180 days' where id = new.id;
    return null;
  end if;
  update delegation set review_stops_at = new.review_due_at + interval '30 days'
  where id = new.id and review_stops_at is distinct from new.review_due_at + interval '30 days';
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.rules_of(p public.tenant_partner_policy)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('who_may_ask', p.who_may_ask, 'listed_partner_ids', to_jsonb(p.listed_partner_ids), 'roles_allowed', to_jsonb(p.roles_allowed), 'max_duration_days', p.max_duration_days,
    'dual_approval', p.dual_approval, 'acting_minutes', p.acting_minutes, 'sends_digest', p.sends_digest, 'conditions', p.conditions)
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.share_of_tenant(party text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select case party when 'partner' then 0 when 'split' then 1 else 2 end $function$;
