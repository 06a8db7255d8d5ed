set role liaison_authz;

-- A handful of notes is looked up by key: planned for as many as a list might hold, each writing read every credential of the installation.
alter function access.note_form_use(jsonb, jsonb) set plan_cache_mode = force_generic_plan;
alter function access.note_form_use(jsonb, jsonb) set enable_seqscan = off;

reset role;
