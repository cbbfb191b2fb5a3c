-- What all migrations together make, for empty databases; written by `make schema`, compared by tests/test_schema.py.
-- made of 6ed52fb46b606ed160a209e7ce6f97252f926f0a3d0b4e65005a955dcca2a994
-- migration account 0001_initial
-- migration account 0002_email_max_length
-- migration account 0003_alter_emailaddress_create_unique_verified_email
-- migration account 0004_alter_emailaddress_drop_unique_email
-- migration account 0005_emailaddress_idx_upper_email
-- migration account 0006_emailaddress_lower
-- migration account 0007_emailaddress_idx_email
-- migration account 0008_emailaddress_unique_primary_email_fixup
-- migration account 0009_emailaddress_unique_primary_email
-- migration allauth_idp_oidc 0001_initial
-- migration allauth_idp_oidc 0002_client_default_scopes
-- migration allauth_idp_oidc 0003_client_allow_uri_wildcards
-- migration auth 0001_initial
-- migration auth 0002_alter_permission_name_max_length
-- migration auth 0003_alter_user_email_max_length
-- migration auth 0004_alter_user_username_opts
-- migration auth 0005_alter_user_last_login_null
-- migration auth 0006_require_contenttypes_0002
-- migration auth 0007_alter_validators_add_error_messages
-- migration auth 0008_alter_user_username_max_length
-- migration auth 0009_alter_user_last_name_max_length
-- migration auth 0010_alter_group_name_max_length
-- migration auth 0011_update_proxy_permissions
-- migration auth 0012_alter_user_first_name_max_length
-- migration connect 0001_clients
-- migration connect 0002_sign_on
-- migration connect 0003_families
-- migration contenttypes 0001_initial
-- migration contenttypes 0002_remove_content_type_name
-- migration desk 0001_initial
-- migration desk 0002_tally
-- migration desk 0003_keep_tally
-- migration exchange 0001_staging
-- migration exchange 0002_sheets
-- migration exchange 0003_pulls_and_exports
-- migration exchange 0004_faster_staging
-- migration exchange 0005_week_imports
-- migration exchange 0006_room_for_verdicts
-- migration follows 0001_initial
-- migration identity 0001_initial
-- migration identity 0002_cache_table
-- migration identity 0003_recovery_codes
-- migration interactive 0001_initial
-- migration journal 0001_initial
-- migration journal 0002_people
-- migration live 0001_initial
-- migration live 0002_lesson_events
-- migration live 0003_sheets
-- migration live 0004_chat_words
-- migration live 0005_quality_now
-- migration live 0006_rendition
-- migration live 0007_live_nodes
-- migration media 0001_initial
-- migration media 0002_cut
-- migration media 0003_held
-- migration messaging 0001_notices
-- migration messaging 0002_deliveries
-- migration messaging 0003_usual_is_no_choice
-- migration messaging 0004_alter_notice_category
-- migration mfa 0001_initial
-- migration mfa 0002_authenticator_timestamps
-- migration mfa 0003_authenticator_type_uniq
-- migration packs 0001_initial
-- migration packs 0002_marks
-- migration privacy 0001_consent
-- migration privacy 0002_erasure_retention
-- migration procrastinate 0001_initial
-- migration procrastinate 0002_drop_started_at_column
-- migration procrastinate 0003_drop_started_at_column
-- migration procrastinate 0004_drop_procrastinate_version_table
-- migration procrastinate 0005_fix_procrastinate_fetch_job
-- migration procrastinate 0006_fix_trigger_status_events_insert
-- migration procrastinate 0007_add_queueing_lock_column
-- migration procrastinate 0008_close_fetch_job_race_condition
-- migration procrastinate 0009_add_defer_job_function
-- migration procrastinate 0010_add_procrastinate_periodic_defers
-- migration procrastinate 0011_add_foreign_key_index
-- migration procrastinate 0012_add_locks_to_periodic_defer
-- migration procrastinate 0013_fix_procrastinate_defer_periodic_job
-- migration procrastinate 0014_add_finish_job_and_retry_job_functions
-- migration procrastinate 0015_add_trigger_on_job_deletion
-- migration procrastinate 0016_delete_finished_jobs
-- migration procrastinate 0017_add_checks_to_finish_job
-- migration procrastinate 0018_add_checks_to_retry_job
-- migration procrastinate 0019_fix_finish_job_compat_issue
-- migration procrastinate 0020_add_index_on_procrastinate_jobs
-- migration procrastinate 0021_add_kwargs_to_defer_periodic_job
-- migration procrastinate 0022_null_locks_excluded
-- migration procrastinate 0023_remove_old_finish_job_function
-- migration procrastinate 0024_job_id_bigint
-- migration procrastinate 0025_add_models
-- migration procrastinate 0026_add_job_priority
-- migration procrastinate 0027_add_periodic_job_priority
-- migration procrastinate 0028_add_cancel_states
-- migration procrastinate 0029_add_additional_params_to_retry_job
-- migration procrastinate 0030_alter_procrastinateevent_options
-- migration procrastinate 0031_add_indexes_for_fetch_job
-- migration procrastinate 0032_pre_cancel_notification
-- migration procrastinate 0033_post_cancel_notification
-- migration procrastinate 0034_pre_add_heartbeat
-- migration procrastinate 0035_post_add_heartbeat
-- migration procrastinate 0036_add_worker_model
-- migration procrastinate 0037_pre_batch_defer_jobs
-- migration procrastinate 0038_post_batch_defer_jobs
-- migration procrastinate 0039_pre_priority_lock_fetch_job
-- migration procrastinate 0040_pre_retry_failed_job
-- migration procrastinate 0041_post_retry_failed_job
-- migration recorders 0001_recorders
-- migration recorders 0002_by_whip
-- migration recordings 0001_initial
-- migration recordings 0002_search_marks
-- migration resources 0001_initial
-- migration resources 0002_marks
-- migration resources 0003_placement
-- migration resources 0004_covers
-- migration resources 0005_offsite
-- migration resources 0006_films
-- migration roster 0001_initial
-- migration roster 0002_exchange_base
-- migration roster 0003_promotion
-- migration roster 0004_merging
-- migration roster 0005_person_search
-- migration roster 0006_binding_codes
-- migration roster 0007_batches
-- migration roster 0008_person_erased
-- migration roster 0009_grants_running_out
-- migration roster 0010_bulk_writes
-- migration roster 0011_who_may_be_one
-- migration roster 0012_search_by_slices
-- migration schedule 0001_initial
-- migration schedule 0002_occupancy
-- migration schedule 0003_courses
-- migration schedule 0004_timetable
-- migration schedule 0005_occupancy_indexes
-- migration schedule 0006_alliances_whole
-- migration schedule 0007_merging
-- migration schedule 0008_rehearsals
-- migration schedule 0009_seats
-- migration search 0001_initial
-- migration search 0002_marks
-- migration series 0001_initial
-- migration series 0002_known_start
-- migration series 0003_search_marks
-- migration sessions 0001_initial
-- migration sharing 0001_initial
-- migration sharing 0002_records
-- migration sharing 0003_cartridges
-- migration socialaccount 0001_initial
-- migration socialaccount 0002_token_max_lengths
-- migration socialaccount 0003_extra_data_default_dict
-- migration socialaccount 0004_app_provider_id_settings
-- migration socialaccount 0005_socialtoken_nullable_app
-- migration socialaccount 0006_alter_socialaccount_extra_data
-- migration suggested 0001_initial
-- migration taxonomy 0001_initial
-- migration taxonomy 0002_marks
-- migration time 0001_initial
-- migration time 0002_holidays_2026
-- migration time 0003_updated_at
-- migration time 0004_new_id
-- migration usersessions 0001_initial
-- migration wanted 0001_initial
-- migration web 0001_submissions_and_views
-- migration workflow 0001_initial

SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS ltree WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE TYPE public.procrastinate_job_event_type AS ENUM (
    'deferred',
    'started',
    'deferred_for_retry',
    'failed',
    'succeeded',
    'cancelled',
    'abort_requested',
    'aborted',
    'scheduled',
    'retried'
);

CREATE TYPE public.procrastinate_job_status AS ENUM (
    'todo',
    'doing',
    'succeeded',
    'failed',
    'cancelled',
    'aborting',
    'aborted'
);

CREATE TYPE public.procrastinate_job_to_defer_v1 AS (
	queue_name character varying,
	task_name character varying,
	priority integer,
	lock text,
	queueing_lock text,
	args jsonb,
	scheduled_at timestamp with time zone
);

CREATE FUNCTION public.desk_tally_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
    INSERT INTO desk_tally AS t (class_group_id, day, organization_id, sender_id, alliance_id, cause, planned, held, corrected, seconds, planned_seconds, stalls)
    SELECT class_group_id, day, organization_id, sender_id, alliance_id, cause, planned, held, corrected, seconds, planned_seconds, stalls FROM (
    SELECT class_group_id, day, organization_id, sender_id, alliance_id, cause, sum(sign) AS planned,
           sum(sign * held::int) AS held, sum(sign * corrected::int) AS corrected, sum(sign * seconds::bigint) AS seconds,
           sum(sign * planned_seconds::bigint) AS planned_seconds, sum(sign * stalls::bigint) AS stalls
      FROM (SELECT -1 AS sign, o.* FROM gone o) moved GROUP BY 1, 2, 3, 4, 5, 6
) s
     WHERE (planned, held, corrected, seconds, planned_seconds, stalls) <> (0, 0, 0, 0, 0, 0)
     ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (class_group_id, day, organization_id, sender_id, alliance_id, cause) DO UPDATE
       SET planned = t.planned + excluded.planned, held = t.held + excluded.held,
           corrected = t.corrected + excluded.corrected, seconds = t.seconds + excluded.seconds,
           planned_seconds = t.planned_seconds + excluded.planned_seconds, stalls = t.stalls + excluded.stalls;

            
    DELETE FROM desk_tally WHERE planned = 0 AND (class_group_id, day) IN (SELECT class_group_id, day FROM gone);

            RETURN NULL;
        END $$;

CREATE FUNCTION public.desk_tally_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
    INSERT INTO desk_tally AS t (class_group_id, day, organization_id, sender_id, alliance_id, cause, planned, held, corrected, seconds, planned_seconds, stalls)
    SELECT class_group_id, day, organization_id, sender_id, alliance_id, cause, planned, held, corrected, seconds, planned_seconds, stalls FROM (
    SELECT class_group_id, day, organization_id, sender_id, alliance_id, cause, sum(sign) AS planned,
           sum(sign * held::int) AS held, sum(sign * corrected::int) AS corrected, sum(sign * seconds::bigint) AS seconds,
           sum(sign * planned_seconds::bigint) AS planned_seconds, sum(sign * stalls::bigint) AS stalls
      FROM (SELECT 1 AS sign, o.* FROM came o) moved GROUP BY 1, 2, 3, 4, 5, 6
) s
     WHERE (planned, held, corrected, seconds, planned_seconds, stalls) <> (0, 0, 0, 0, 0, 0)
     ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (class_group_id, day, organization_id, sender_id, alliance_id, cause) DO UPDATE
       SET planned = t.planned + excluded.planned, held = t.held + excluded.held,
           corrected = t.corrected + excluded.corrected, seconds = t.seconds + excluded.seconds,
           planned_seconds = t.planned_seconds + excluded.planned_seconds, stalls = t.stalls + excluded.stalls;

            
            RETURN NULL;
        END $$;

CREATE FUNCTION public.desk_tally_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
    INSERT INTO desk_tally AS t (class_group_id, day, organization_id, sender_id, alliance_id, cause, planned, held, corrected, seconds, planned_seconds, stalls)
    SELECT class_group_id, day, organization_id, sender_id, alliance_id, cause, planned, held, corrected, seconds, planned_seconds, stalls FROM (
    SELECT class_group_id, day, organization_id, sender_id, alliance_id, cause, sum(sign) AS planned,
           sum(sign * held::int) AS held, sum(sign * corrected::int) AS corrected, sum(sign * seconds::bigint) AS seconds,
           sum(sign * planned_seconds::bigint) AS planned_seconds, sum(sign * stalls::bigint) AS stalls
      FROM (SELECT 1 AS sign, o.* FROM came o UNION ALL SELECT -1, o.* FROM gone o) moved GROUP BY 1, 2, 3, 4, 5, 6
) s
     WHERE (planned, held, corrected, seconds, planned_seconds, stalls) <> (0, 0, 0, 0, 0, 0)
     ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (class_group_id, day, organization_id, sender_id, alliance_id, cause) DO UPDATE
       SET planned = t.planned + excluded.planned, held = t.held + excluded.held,
           corrected = t.corrected + excluded.corrected, seconds = t.seconds + excluded.seconds,
           planned_seconds = t.planned_seconds + excluded.planned_seconds, stalls = t.stalls + excluded.stalls;

            
    DELETE FROM desk_tally WHERE planned = 0 AND (class_group_id, day) IN (SELECT class_group_id, day FROM gone);

            RETURN NULL;
        END $$;

CREATE FUNCTION public.lantian_new_id() RETURNS uuid
    LANGUAGE sql PARALLEL SAFE
    AS $$SELECT uuidv7()$$;

CREATE FUNCTION public.lantian_touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.media_stream_marks_row() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            IF ROW(OLD.state) IS DISTINCT FROM ROW(NEW.state) THEN 
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'recording', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (
                    SELECT r.id FROM recordings_recording r JOIN live_livesession s ON s.id = r.session_id
                     WHERE s.stream_id = NEW.id
                ) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
     END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.packs_pack_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'pack', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.packs_pack_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'pack', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.packs_pack_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'pack', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.subject, gone.stage, gone.reach, gone.region_id, gone.organization_id, gone.owner_id, gone.changed_at, gone.deleted_at) IS DISTINCT FROM ROW(came.title, came.words, came.subject, came.stage, came.reach, came.region_id, came.organization_id, came.owner_id, came.changed_at, came.deleted_at) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.subject, gone.stage, gone.reach, gone.region_id, gone.organization_id, gone.owner_id, gone.changed_at, gone.deleted_at) IS DISTINCT FROM ROW(came.title, came.words, came.subject, came.stage, came.reach, came.region_id, came.organization_id, came.owner_id, came.changed_at, came.deleted_at)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.packs_packitem_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'pack', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT pack_id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.packs_packitem_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'pack', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT pack_id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.packs_packitem_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'pack', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT pack_id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.resource_id) IS DISTINCT FROM ROW(came.resource_id) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.resource_id) IS DISTINCT FROM ROW(came.resource_id)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;

CREATE FUNCTION public.procrastinate_defer_jobs_v1(jobs public.procrastinate_job_to_defer_v1[]) RETURNS bigint[]
    LANGUAGE plpgsql
    AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;

    RETURN job_ids;
END;
$$;

CREATE FUNCTION public.procrastinate_defer_periodic_job_v2(_queue_name character varying, _lock character varying, _queueing_lock character varying, _task_name character varying, _priority integer, _periodic_id character varying, _defer_timestamp bigint, _args jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;

    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;

    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;

    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;

    RETURN _job_id;
END;
$$;

CREATE TABLE public.procrastinate_jobs (
    id bigint NOT NULL,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    lock text,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    status public.procrastinate_job_status DEFAULT 'todo'::public.procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    queueing_lock text,
    priority integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint,
    CONSTRAINT check_not_todo_abort_requested CHECK ((NOT ((status = 'todo'::public.procrastinate_job_status) AND (abort_requested = true))))
);

CREATE FUNCTION public.procrastinate_fetch_job_v2(target_queue_names character varying[], p_worker_id bigint) RETURNS public.procrastinate_jobs
    LANGUAGE plpgsql
    AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;

 RETURN found_jobs;
END;
$$;

CREATE FUNCTION public.procrastinate_finish_job_v1(job_id bigint, end_status public.procrastinate_job_status, delete_job boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION public.procrastinate_notify_queue_abort_job_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_notify_queue_job_inserted_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat double precision) RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION public.procrastinate_register_worker_v1() RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION public.procrastinate_retry_job_v1(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION public.procrastinate_retry_job_v2(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;

END;
$$;

CREATE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);

	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_status_events_update_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_unlink_periodic_defers_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;

CREATE FUNCTION public.procrastinate_unregister_worker_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION public.procrastinate_update_heartbeat_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION public.recordings_recording_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'recording', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT s.lesson_id FROM changed JOIN live_livesession s ON s.id = changed.session_id) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.recordings_recording_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'recording', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT s.lesson_id FROM changed JOIN live_livesession s ON s.id = changed.session_id) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.recordings_recording_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'recording', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.organization_id, gone.state, gone.audience, gone.region_id, gone.chapters, gone.taught_at) IS DISTINCT FROM ROW(came.title, came.organization_id, came.state, came.audience, came.region_id, came.chapters, came.taught_at) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.organization_id, gone.state, gone.audience, gone.region_id, gone.chapters, gone.taught_at) IS DISTINCT FROM ROW(came.title, came.organization_id, came.state, came.audience, came.region_id, came.chapters, came.taught_at)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT s.lesson_id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.organization_id, gone.state, gone.audience, gone.region_id, gone.chapters, gone.taught_at) IS DISTINCT FROM ROW(came.title, came.organization_id, came.state, came.audience, came.region_id, came.chapters, came.taught_at) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.organization_id, gone.state, gone.audience, gone.region_id, gone.chapters, gone.taught_at) IS DISTINCT FROM ROW(came.title, came.organization_id, came.state, came.audience, came.region_id, came.chapters, came.taught_at)) AS changed JOIN live_livesession s ON s.id = changed.session_id) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.resources_blob_marks_row() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            IF ROW(OLD.text) IS DISTINCT FROM ROW(NEW.text) THEN 
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'resource', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT resource_id FROM resources_resourceversion WHERE blob_id = NEW.sha256) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
     END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.resources_resource_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'resource', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.resources_resource_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'resource', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.resources_resource_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'resource', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.keywords, gone.purpose, gone.subject, gone.stage, gone.kind, gone.audience, gone.reach, gone.region_id, gone.organization_id, gone.author_id, gone.state, gone.current_id, gone.submitted_at, gone.stars, gone.mark) IS DISTINCT FROM ROW(came.title, came.words, came.keywords, came.purpose, came.subject, came.stage, came.kind, came.audience, came.reach, came.region_id, came.organization_id, came.author_id, came.state, came.current_id, came.submitted_at, came.stars, came.mark) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.keywords, gone.purpose, gone.subject, gone.stage, gone.kind, gone.audience, gone.reach, gone.region_id, gone.organization_id, gone.author_id, gone.state, gone.current_id, gone.submitted_at, gone.stars, gone.mark) IS DISTINCT FROM ROW(came.title, came.words, came.keywords, came.purpose, came.subject, came.stage, came.kind, came.audience, came.reach, came.region_id, came.organization_id, came.author_id, came.state, came.current_id, came.submitted_at, came.stars, came.mark)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_classgroup_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'class', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_classgroup_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'class', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_classgroup_marks_row() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            IF ROW(OLD.organization_id) IS DISTINCT FROM ROW(NEW.organization_id) THEN 
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, '', '{}', 'c:' || replace(chosen.id::text, '-', ''), now()
              FROM (SELECT DISTINCT id FROM (SELECT NEW.id) AS any_of(id) WHERE id IS NOT NULL) AS chosen;
         END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_classgroup_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'class', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.name, gone.stage, gone.is_active, gone.organization_id) IS DISTINCT FROM ROW(came.name, came.stage, came.is_active, came.organization_id) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.name, gone.stage, gone.is_active, gone.organization_id) IS DISTINCT FROM ROW(came.name, came.stage, came.is_active, came.organization_id)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_guardianship_search_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM (SELECT unnest(ARRAY[gone.guardian_id, gone.student_id]) FROM gone) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_guardianship_search_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM (SELECT unnest(ARRAY[came.guardian_id, came.student_id]) FROM came) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_guardianship_search_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM (SELECT unnest(ARRAY[gone.guardian_id, gone.student_id]) FROM gone UNION SELECT unnest(ARRAY[came.guardian_id, came.student_id]) FROM came) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_guardianship_touch_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                BEGIN
                    UPDATE roster_person SET updated_at = now() WHERE updated_at < now() AND id IN (SELECT guardian_id FROM changed UNION SELECT student_id FROM changed);
                    RETURN NULL;
                END $$;

CREATE FUNCTION public.roster_guardianship_touch_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                BEGIN
                    UPDATE roster_person SET updated_at = now() WHERE updated_at < now() AND id IN (SELECT guardian_id FROM changed UNION SELECT student_id FROM changed);
                    RETURN NULL;
                END $$;

CREATE FUNCTION public.roster_guardianship_touch_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                BEGIN
                    UPDATE roster_person SET updated_at = now() WHERE updated_at < now() AND id IN (SELECT guardian_id FROM changed UNION SELECT student_id FROM changed);
                    RETURN NULL;
                END $$;

CREATE FUNCTION public.roster_lock_people(ids uuid[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM 1 FROM roster_person p WHERE p.id = ANY (ids) AND p.updated_at <> now() ORDER BY p.id FOR NO KEY UPDATE;
END $$;

CREATE FUNCTION public.roster_membership_search_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM (SELECT person_id FROM gone) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                PERFORM 1 FROM roster_organization o WHERE o.id IN (SELECT organization_id FROM gone) ORDER BY o.id FOR SHARE;
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_membership_search_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM (SELECT person_id FROM came) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                PERFORM 1 FROM roster_organization o WHERE o.id IN (SELECT organization_id FROM came) ORDER BY o.id FOR SHARE;
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_membership_search_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM (SELECT unnest(ARRAY[gone.person_id, came.person_id]) FROM gone JOIN came USING (id)
                 WHERE ROW(gone.person_id, gone.organization_id, gone.role, gone.valid_from, gone.valid_to) IS DISTINCT FROM ROW(came.person_id, came.organization_id, came.role, came.valid_from, came.valid_to)) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                PERFORM 1 FROM roster_organization o WHERE o.id IN (SELECT came.organization_id FROM came) ORDER BY o.id FOR SHARE;
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_membership_touch_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                BEGIN
                    UPDATE roster_person SET updated_at = now() WHERE updated_at < now() AND id IN (SELECT person_id FROM changed);
                    RETURN NULL;
                END $$;

CREATE FUNCTION public.roster_membership_touch_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                BEGIN
                    UPDATE roster_person SET updated_at = now() WHERE updated_at < now() AND id IN (SELECT person_id FROM changed);
                    RETURN NULL;
                END $$;

CREATE FUNCTION public.roster_membership_touch_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                BEGIN
                    UPDATE roster_person SET updated_at = now() WHERE updated_at < now() AND id IN (SELECT person_id FROM changed);
                    RETURN NULL;
                END $$;

CREATE FUNCTION public.roster_organization_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'organization', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_organization_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'organization', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_organization_marks_row() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            IF ROW(OLD.name, OLD.short_name, OLD.path) IS DISTINCT FROM ROW(NEW.name, NEW.short_name, NEW.path) THEN 
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, '', '{}', 'u:' || replace(chosen.id::text, '-', ''), now()
              FROM (SELECT DISTINCT id FROM (SELECT NEW.id) AS any_of(id) WHERE id IS NOT NULL) AS chosen;
         END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_organization_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'organization', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.name, gone.short_name, gone.code, gone.kind, gone.stages, gone.path, gone.is_active) IS DISTINCT FROM ROW(came.name, came.short_name, came.code, came.kind, came.stages, came.path, came.is_active) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.name, gone.short_name, gone.code, gone.kind, gone.stages, gone.path, gone.is_active) IS DISTINCT FROM ROW(came.name, came.short_name, came.code, came.kind, came.stages, came.path, came.is_active)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_organization_search_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM (
    SELECT person_id FROM roster_membership WHERE organization_id IN (
        SELECT came.id FROM gone JOIN came USING (id)
         WHERE gone.path IS DISTINCT FROM came.path OR gone.is_active <> came.is_active)
 UNION 
    SELECT person_id FROM roster_rolegrant WHERE organization_id IN (
        SELECT came.id FROM gone JOIN came USING (id)
         WHERE gone.path IS DISTINCT FROM came.path OR gone.is_active <> came.is_active)
) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_person_marks_row() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            IF ROW(OLD.name) IS DISTINCT FROM ROW(NEW.name) THEN 
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, '', '{}', 'p:' || replace(chosen.id::text, '-', ''), now()
              FROM (SELECT DISTINCT id FROM (SELECT NEW.id) AS any_of(id) WHERE id IS NOT NULL) AS chosen;
         END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_person_search_named() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE roster_personsearch
       SET sort_key = NEW.sort_key, keys = string_to_array(split_part(NEW.search_text, ' |', 1), ' ')
     WHERE person_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION public.roster_refresh_search(ids uuid[]) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    slice CONSTANT int := 10000;
    families uuid[];
    these uuid[];
BEGIN
    PERFORM roster_lock_people(ids);
    SELECT array_agg(DISTINCT f.guardian_id) INTO families
      FROM unnest(ids) AS wanted(id) JOIN roster_guardianship f ON f.student_id = wanted.id;
    IF families IS NOT NULL THEN
        PERFORM roster_lock_people(families);
        ids := ARRAY(SELECT unnest(ids) UNION SELECT unnest(families));
    END IF;
    IF cardinality(ids) > slice THEN
        ids := ARRAY(SELECT DISTINCT wanted.id FROM unnest(ids) AS wanted(id) ORDER BY wanted.id);
    END IF;
    FOR n IN 1 .. coalesce(cardinality(ids), 0) BY slice LOOP
        these := ids[n : n + slice - 1];
        INSERT INTO roster_personsearch AS old (person_id, sort_key, keys, places, staff_places, sure)
        WITH standing AS MATERIALIZED (
            SELECT s.person_id, s.organization_id, bool_or(s.as_staff) AS as_staff, max(s.valid_from) AS first, min(s.valid_to) AS last
              FROM roster_standing(these) s WHERE s.valid_to IS NULL OR s.valid_to >= current_date - 1
             GROUP BY s.person_id, s.organization_id
        ), unit AS MATERIALIZED (
            SELECT o.id, ARRAY(SELECT unnest(string_to_array(o.path::text, '.')::uuid[]) ORDER BY 1) AS above
              FROM roster_organization o WHERE o.id IN (SELECT s.organization_id FROM standing s)
        ), known AS MATERIALIZED (
            SELECT s.person_id, count(*) AS units, max(s.first) AS first, min(s.last) AS last,
                   any_value(s.organization_id) AS organization_id, bool_or(s.as_staff) AS as_staff
              FROM standing s GROUP BY s.person_id
        ), place AS (
            SELECT k.person_id, unit.above AS places, CASE WHEN k.as_staff THEN unit.above ELSE '{}' END AS staff_places
              FROM known k JOIN unit ON unit.id = k.organization_id WHERE k.units = 1
            UNION ALL
            SELECT s.person_id, array_agg(DISTINCT above.id),
                   coalesce(array_agg(DISTINCT above.id) FILTER (WHERE s.as_staff), '{}')
              FROM standing s JOIN known k ON k.person_id = s.person_id AND k.units > 1
              JOIN unit ON unit.id = s.organization_id, unnest(unit.above) AS above(id)
             GROUP BY s.person_id
        )
        SELECT p.id, p.sort_key, string_to_array(split_part(p.search_text, ' |', 1), ' '),
               coalesce(place.places, '{}'), coalesce(place.staff_places, '{}'),
               CASE WHEN known.first > known.last THEN 'empty' ELSE daterange(known.first, known.last, '[]') END
          FROM unnest(these) AS wanted(id) JOIN roster_person p ON p.id = wanted.id
          LEFT JOIN place ON place.person_id = p.id LEFT JOIN known ON known.person_id = p.id
        ON CONFLICT (person_id) DO UPDATE
           SET sort_key = EXCLUDED.sort_key, keys = EXCLUDED.keys, places = EXCLUDED.places,
               staff_places = EXCLUDED.staff_places, sure = EXCLUDED.sure
         WHERE (old.sort_key, old.keys, old.places, old.staff_places, old.sure) IS DISTINCT FROM
               (EXCLUDED.sort_key, EXCLUDED.keys, EXCLUDED.places, EXCLUDED.staff_places, EXCLUDED.sure);
    END LOOP;
END $$;

CREATE FUNCTION public.roster_rolegrant_search_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM (SELECT person_id FROM gone) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                PERFORM 1 FROM roster_organization o WHERE o.id IN (SELECT organization_id FROM gone) ORDER BY o.id FOR SHARE;
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_rolegrant_search_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM (SELECT person_id FROM came) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                PERFORM 1 FROM roster_organization o WHERE o.id IN (SELECT organization_id FROM came) ORDER BY o.id FOR SHARE;
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_rolegrant_search_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        DECLARE
            ids uuid[] := ARRAY(SELECT DISTINCT id FROM (SELECT unnest(ARRAY[gone.person_id, came.person_id]) FROM gone JOIN came USING (id)
                 WHERE ROW(gone.person_id, gone.organization_id, gone.role, gone.valid_from, gone.valid_to, gone.revoked_at) IS DISTINCT FROM ROW(came.person_id, came.organization_id, came.role, came.valid_from, came.valid_to, came.revoked_at)) AS touched(id));
        BEGIN
            IF cardinality(ids) > 0 THEN
                PERFORM 1 FROM roster_organization o WHERE o.id IN (SELECT came.organization_id FROM came) ORDER BY o.id FOR SHARE;
                PERFORM roster_refresh_search(ids);
            END IF;
            RETURN NULL;
        END $$;

CREATE FUNCTION public.roster_rolegrant_touch_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                BEGIN
                    UPDATE roster_person SET updated_at = now() WHERE updated_at < now() AND id IN (SELECT person_id FROM changed);
                    RETURN NULL;
                END $$;

CREATE FUNCTION public.roster_rolegrant_touch_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                BEGIN
                    UPDATE roster_person SET updated_at = now() WHERE updated_at < now() AND id IN (SELECT person_id FROM changed);
                    RETURN NULL;
                END $$;

CREATE FUNCTION public.roster_rolegrant_touch_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                BEGIN
                    UPDATE roster_person SET updated_at = now() WHERE updated_at < now() AND id IN (SELECT person_id FROM changed);
                    RETURN NULL;
                END $$;

CREATE FUNCTION public.roster_standing(ids uuid[]) RETURNS TABLE(person_id uuid, organization_id uuid, valid_from date, valid_to date, as_staff boolean)
    LANGUAGE sql STABLE
    AS $$
    SELECT m.person_id, m.organization_id, m.valid_from, m.valid_to, m.role <> 'student'
      FROM unnest(ids) AS wanted(id) JOIN roster_membership m ON m.person_id = wanted.id
    UNION ALL
    SELECT g.person_id, g.organization_id, g.valid_from, g.valid_to, false
      FROM unnest(ids) AS wanted(id)
      JOIN roster_rolegrant g ON g.person_id = wanted.id AND g.revoked_at IS NULL
      JOIN roster_organization o ON o.id = g.organization_id AND o.is_active
    UNION ALL
    SELECT f.guardian_id, m.organization_id, m.valid_from, m.valid_to, false
      FROM unnest(ids) AS wanted(id)
      JOIN roster_guardianship f ON f.guardian_id = wanted.id
      JOIN roster_membership m ON m.person_id = f.student_id AND m.role = 'student'
$$;

CREATE FUNCTION public.roster_stands_below(who uuid, root uuid, day date, as_staff boolean) RETURNS boolean
    LANGUAGE sql STABLE COST 1000
    AS $_$
    SELECT EXISTS (
        SELECT 1 FROM roster_standing(ARRAY[who]) s JOIN roster_organization o ON o.id = s.organization_id
         WHERE s.valid_from <= day AND (s.valid_to IS NULL OR s.valid_to >= day) AND (s.as_staff OR NOT $4)
           AND root = ANY (string_to_array(o.path::text, '.')::uuid[])
    )
$_$;

CREATE FUNCTION public.schedule_free_seats() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        DELETE FROM schedule_occupancy o USING gone WHERE o.lesson_id = gone.id;
        RETURN NULL;
    END $$;

CREATE FUNCTION public.schedule_lesson_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.schedule_lesson_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.schedule_lesson_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.summary, gone.subject, gone.stage, gone.teacher_id, gone.organization_id, gone.class_group_id, gone.room_id, gone.alliance_id, gone.starts_at, gone.state, gone.access) IS DISTINCT FROM ROW(came.title, came.summary, came.subject, came.stage, came.teacher_id, came.organization_id, came.class_group_id, came.room_id, came.alliance_id, came.starts_at, came.state, came.access) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.summary, gone.subject, gone.stage, gone.teacher_id, gone.organization_id, gone.class_group_id, gone.room_id, gone.alliance_id, gone.starts_at, gone.state, gone.access) IS DISTINCT FROM ROW(came.title, came.summary, came.subject, came.stage, came.teacher_id, came.organization_id, came.class_group_id, came.room_id, came.alliance_id, came.starts_at, came.state, came.access)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.schedule_lessonreceiver_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT lesson_id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.schedule_lessonreceiver_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT lesson_id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.schedule_lessonreceiver_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT lesson_id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.lesson_id, gone.class_group_id, gone.room_id) IS DISTINCT FROM ROW(came.lesson_id, came.class_group_id, came.room_id) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.lesson_id, gone.class_group_id, gone.room_id) IS DISTINCT FROM ROW(came.lesson_id, came.class_group_id, came.room_id)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.schedule_take_seats() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
    DECLARE
        clash record;
    BEGIN
        INSERT INTO schedule_seat AS s (id)
        SELECT DISTINCT coalesce(room_id, teacher_id, class_group_id) FROM came ORDER BY 1
            ON CONFLICT (id) DO UPDATE SET taken_at = now();
        
    SELECT c.room_id AS what, c.during, o.during AS other INTO clash
      FROM came c,
           LATERAL (SELECT o.during FROM schedule_occupancy o
                     WHERE o.room_id = c.room_id AND lower(o.during) < upper(c.during) AND o.id <> c.id
                     ORDER BY lower(o.during) DESC LIMIT 1) o
     WHERE c.room_id IS NOT NULL AND upper(o.during) > lower(c.during)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'two lessons at once, % in %', clash.during, clash.other
              USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'occupancy_room', TABLE = TG_TABLE_NAME,
                    SCHEMA = TG_TABLE_SCHEMA, DETAIL = clash.what::text;
    END IF;

    SELECT c.teacher_id AS what, c.during, o.during AS other INTO clash
      FROM came c,
           LATERAL (SELECT o.during FROM schedule_occupancy o
                     WHERE o.teacher_id = c.teacher_id AND lower(o.during) < upper(c.during) AND o.id <> c.id
                     ORDER BY lower(o.during) DESC LIMIT 1) o
     WHERE c.teacher_id IS NOT NULL AND upper(o.during) > lower(c.during)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'two lessons at once, % in %', clash.during, clash.other
              USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'occupancy_teacher', TABLE = TG_TABLE_NAME,
                    SCHEMA = TG_TABLE_SCHEMA, DETAIL = clash.what::text;
    END IF;

    SELECT c.class_group_id AS what, c.during, o.during AS other INTO clash
      FROM came c,
           LATERAL (SELECT o.during FROM schedule_occupancy o
                     WHERE o.class_group_id = c.class_group_id AND lower(o.during) < upper(c.during) AND o.id <> c.id
                     ORDER BY lower(o.during) DESC LIMIT 1) o
     WHERE c.class_group_id IS NOT NULL AND upper(o.during) > lower(c.during)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'two lessons at once, % in %', clash.during, clash.other
              USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'occupancy_class', TABLE = TG_TABLE_NAME,
                    SCHEMA = TG_TABLE_SCHEMA, DETAIL = clash.what::text;
    END IF;

        RETURN NULL;
    END $$;

CREATE FUNCTION public.series_series_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'series', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT e.lesson_id FROM changed JOIN series_serieslesson e ON e.series_id = changed.id) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.series_series_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'series', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT e.lesson_id FROM changed JOIN series_serieslesson e ON e.series_id = changed.id) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.series_series_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'series', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.organization_id, gone.teacher_id, gone.teacher_note, gone.created_by_id, gone.subject, gone.stage, gone.access, gone.region_id, gone.alliance_id, gone.state) IS DISTINCT FROM ROW(came.title, came.words, came.organization_id, came.teacher_id, came.teacher_note, came.created_by_id, came.subject, came.stage, came.access, came.region_id, came.alliance_id, came.state) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.organization_id, gone.teacher_id, gone.teacher_note, gone.created_by_id, gone.subject, gone.stage, gone.access, gone.region_id, gone.alliance_id, gone.state) IS DISTINCT FROM ROW(came.title, came.words, came.organization_id, came.teacher_id, came.teacher_note, came.created_by_id, came.subject, came.stage, came.access, came.region_id, came.alliance_id, came.state)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT e.lesson_id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.organization_id, gone.teacher_id, gone.teacher_note, gone.created_by_id, gone.subject, gone.stage, gone.access, gone.region_id, gone.alliance_id, gone.state) IS DISTINCT FROM ROW(came.title, came.words, came.organization_id, came.teacher_id, came.teacher_note, came.created_by_id, came.subject, came.stage, came.access, came.region_id, came.alliance_id, came.state) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.organization_id, gone.teacher_id, gone.teacher_note, gone.created_by_id, gone.subject, gone.stage, gone.access, gone.region_id, gone.alliance_id, gone.state) IS DISTINCT FROM ROW(came.title, came.words, came.organization_id, came.teacher_id, came.teacher_note, came.created_by_id, came.subject, came.stage, came.access, came.region_id, came.alliance_id, came.state)) AS changed JOIN series_serieslesson e ON e.series_id = changed.id) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.series_serieslesson_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'series', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT series_id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT lesson_id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.series_serieslesson_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'series', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT series_id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT lesson_id FROM changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.series_serieslesson_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'series', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT series_id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.lesson_id) IS DISTINCT FROM ROW(came.lesson_id) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.lesson_id) IS DISTINCT FROM ROW(came.lesson_id)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'lesson', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT lesson_id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.lesson_id) IS DISTINCT FROM ROW(came.lesson_id) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.lesson_id) IS DISTINCT FROM ROW(came.lesson_id)) AS changed) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.sharing_note(asked uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    it resources_resource%ROWTYPE;
    said text;
    now_s timestamptz := date_trunc('second', clock_timestamp());
BEGIN
    SELECT * INTO it FROM resources_resource WHERE id = asked;
    IF FOUND AND it.state = 'published' AND it.reach = 'public' AND it.audience = 'all'
        AND NOT EXISTS (SELECT FROM sharing_harvested WHERE resource_id = asked)
    THEN
        said := md5(ROW(it.title, it.words, it.purpose, it.subject, it.stage, it.grade, it.keywords, it.language, it.licence,
            it.rights_holder, it.source, it.kind, it.organization_id, it.author_id, it.current_id, it.mark)::text
            || coalesce((SELECT string_agg(node_id::text, ',' ORDER BY node_id) FROM resources_placement WHERE resource_id = asked), ''));
        INSERT INTO sharing_record AS known (id, stamp, gone, subject, stage, mark)
            VALUES (asked, now_s, false, it.subject, it.stage, said)
        ON CONFLICT (id) DO UPDATE SET stamp = now_s, gone = false, subject = EXCLUDED.subject, stage = EXCLUDED.stage,
            mark = EXCLUDED.mark WHERE known.gone OR known.mark <> EXCLUDED.mark;
    ELSE
        UPDATE sharing_record SET stamp = now_s, gone = true WHERE id = asked AND NOT gone;
    END IF;
END $$;

CREATE FUNCTION public.sharing_note_placement() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN PERFORM sharing_note(OLD.resource_id); ELSE PERFORM sharing_note(NEW.resource_id); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.sharing_note_resource() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN PERFORM sharing_note(OLD.id); ELSE PERFORM sharing_note(NEW.id); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.taxonomy_framework_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'node', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT node.id FROM taxonomy_node AS node WHERE node.framework_id IN (SELECT id FROM changed)) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.taxonomy_framework_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'node', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT node.id FROM taxonomy_node AS node WHERE node.framework_id IN (SELECT id FROM changed)) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.taxonomy_framework_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'node', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT node.id FROM taxonomy_node AS node WHERE node.framework_id IN (SELECT id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.name, gone.subject, gone.stage, gone.state) IS DISTINCT FROM ROW(came.name, came.subject, came.stage, came.state) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.name, gone.subject, gone.stage, gone.state) IS DISTINCT FROM ROW(came.name, came.subject, came.stage, came.state)) AS changed)) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.taxonomy_node_marks_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'node', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed UNION SELECT below.id FROM changed JOIN taxonomy_node AS below ON below.path <@ changed.path) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.taxonomy_node_marks_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'node', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM changed UNION SELECT below.id FROM changed JOIN taxonomy_node AS below ON below.path <@ changed.path) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE FUNCTION public.taxonomy_node_marks_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            
            INSERT INTO search_mark (xid, kind, ids, token, made_at) SELECT pg_current_xact_id()::text::bigint, 'node', chosen.ids, '', now()
              FROM (SELECT array_agg(DISTINCT id) AS ids FROM (SELECT id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.code, gone.framework_id, gone.path, gone.retired_at) IS DISTINCT FROM ROW(came.title, came.words, came.code, came.framework_id, came.path, came.retired_at) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.code, gone.framework_id, gone.path, gone.retired_at) IS DISTINCT FROM ROW(came.title, came.words, came.code, came.framework_id, came.path, came.retired_at)) AS changed UNION SELECT below.id FROM (SELECT gone.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.code, gone.framework_id, gone.path, gone.retired_at) IS DISTINCT FROM ROW(came.title, came.words, came.code, came.framework_id, came.path, came.retired_at) UNION ALL SELECT came.* FROM gone JOIN came USING (id) WHERE ROW(gone.title, gone.words, gone.code, gone.framework_id, gone.path, gone.retired_at) IS DISTINCT FROM ROW(came.title, came.words, came.code, came.framework_id, came.path, came.retired_at)) AS changed JOIN taxonomy_node AS below ON below.path <@ changed.path) AS any_of(id) WHERE id IS NOT NULL) AS chosen
             WHERE chosen.ids IS NOT NULL;
    
            RETURN NULL;
        END $$;

CREATE TABLE public.account_emailaddress (
    id integer NOT NULL,
    email character varying(254) NOT NULL,
    verified boolean NOT NULL,
    "primary" boolean NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE public.account_emailaddress ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.account_emailaddress_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.account_emailconfirmation (
    id integer NOT NULL,
    created timestamp with time zone NOT NULL,
    sent timestamp with time zone,
    key character varying(64) NOT NULL,
    email_address_id integer NOT NULL
);

ALTER TABLE public.account_emailconfirmation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.account_emailconfirmation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.allauth_idp_oidc_client (
    id character varying(100) NOT NULL,
    name character varying(100) NOT NULL,
    secret character varying(200) NOT NULL,
    scopes text NOT NULL,
    type character varying(20) NOT NULL,
    grant_types text NOT NULL,
    redirect_uris text NOT NULL,
    cors_origins text NOT NULL,
    response_types text NOT NULL,
    skip_consent boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    data jsonb,
    owner_id uuid,
    default_scopes text NOT NULL,
    allow_uri_wildcards boolean NOT NULL
);

CREATE TABLE public.allauth_idp_oidc_token (
    id bigint NOT NULL,
    type character varying(2) NOT NULL,
    hash character varying(255) NOT NULL,
    data jsonb,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    scopes text NOT NULL,
    client_id character varying(100),
    user_id uuid
);

ALTER TABLE public.allauth_idp_oidc_token ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.allauth_idp_oidc_token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);

ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);

ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.connect_client (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    purpose character varying(300) NOT NULL,
    may_have_sensitive boolean NOT NULL,
    is_active boolean NOT NULL,
    expires_on date,
    last_used_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    created_by_id uuid,
    oidc_id character varying(100) NOT NULL,
    organization_id uuid NOT NULL,
    approved boolean NOT NULL
);

CREATE TABLE public.connect_client_units (
    id bigint NOT NULL,
    client_id uuid NOT NULL,
    organization_id uuid NOT NULL
);

ALTER TABLE public.connect_client_units ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.connect_client_units_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.connect_clientuse (
    id bigint NOT NULL,
    minute timestamp with time zone NOT NULL,
    requests integer NOT NULL,
    client_id uuid NOT NULL,
    CONSTRAINT connect_clientuse_requests_check CHECK ((requests >= 0))
);

ALTER TABLE public.connect_clientuse ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.connect_clientuse_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.connect_signon (
    id uuid NOT NULL,
    agreed character varying(40)[] NOT NULL,
    agreed_at timestamp with time zone,
    handed character varying(40)[] NOT NULL,
    times integer NOT NULL,
    first_at timestamp with time zone,
    last_at timestamp with time zone,
    account_id uuid NOT NULL,
    client_id uuid NOT NULL,
    withdrawn_at timestamp with time zone,
    CONSTRAINT connect_signon_times_check CHECK ((times >= 0))
);

CREATE TABLE public.connect_spenttoken (
    digest character varying(255) NOT NULL,
    family uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    client_id uuid NOT NULL
);

CREATE TABLE public.desk_correction (
    id uuid NOT NULL,
    word character varying(10) NOT NULL,
    cause character varying(14) NOT NULL,
    reason character varying(200) NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id uuid,
    class_group_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    CONSTRAINT correction_cause CHECK ((((word)::text = 'missed'::text) OR ((cause)::text = ''::text)))
);

CREATE TABLE public.desk_deskcontact (
    id uuid NOT NULL,
    phone character varying(40) NOT NULL,
    hours character varying(80) NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL
);

CREATE TABLE public.desk_headcount (
    id uuid NOT NULL,
    present smallint NOT NULL,
    expected smallint NOT NULL,
    note character varying(200) NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id uuid,
    class_group_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    CONSTRAINT desk_headcount_expected_check CHECK ((expected >= 0)),
    CONSTRAINT desk_headcount_present_check CHECK ((present >= 0)),
    CONSTRAINT head_count_possible CHECK ((present <= (expected + 20)))
);

CREATE TABLE public.desk_outcome (
    id uuid NOT NULL,
    day date NOT NULL,
    subject character varying(12) NOT NULL,
    planned_seconds integer NOT NULL,
    seconds integer NOT NULL,
    held boolean NOT NULL,
    attended boolean NOT NULL,
    corrected boolean NOT NULL,
    cause character varying(14) NOT NULL,
    stalls integer NOT NULL,
    head_count smallint,
    alliance_id uuid,
    class_group_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    sender_id uuid NOT NULL,
    CONSTRAINT desk_outcome_head_count_check CHECK ((head_count >= 0)),
    CONSTRAINT desk_outcome_planned_seconds_check CHECK ((planned_seconds >= 0)),
    CONSTRAINT desk_outcome_seconds_check CHECK ((seconds >= 0)),
    CONSTRAINT desk_outcome_stalls_check CHECK ((stalls >= 0)),
    CONSTRAINT outcome_has_cause CHECK (((attended AND ((cause)::text = ''::text)) OR ((NOT attended) AND (NOT ((cause)::text = ''::text)))))
);

CREATE TABLE public.desk_tally (
    id bigint NOT NULL,
    day date NOT NULL,
    cause character varying(14) NOT NULL,
    planned integer NOT NULL,
    held integer NOT NULL,
    corrected integer NOT NULL,
    seconds bigint NOT NULL,
    planned_seconds bigint NOT NULL,
    stalls bigint NOT NULL,
    alliance_id uuid,
    class_group_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    sender_id uuid NOT NULL
);

ALTER TABLE public.desk_tally ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.desk_tally_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.desk_ticket (
    id uuid NOT NULL,
    number character varying(13) NOT NULL,
    kind character varying(12) NOT NULL,
    words character varying(500) NOT NULL,
    facts jsonb NOT NULL,
    guess character varying(14) NOT NULL,
    state character varying(8) NOT NULL,
    urgent boolean NOT NULL,
    raised_as character varying(80) NOT NULL,
    solution character varying(500) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    escalated boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    solved_at timestamp with time zone,
    closed_at timestamp with time zone,
    class_group_id uuid,
    desk_id uuid NOT NULL,
    lesson_id uuid,
    organization_id uuid NOT NULL,
    raised_by_id uuid,
    room_id uuid,
    taken_by_id uuid,
    CONSTRAINT ticket_times CHECK ((((solved_at IS NULL) AND ((state)::text = ANY (ARRAY[('open'::character varying)::text, ('taken'::character varying)::text]))) OR ((solved_at IS NOT NULL) AND ((state)::text = 'solved'::text)) OR ((closed_at IS NOT NULL) AND ((state)::text = 'closed'::text))))
);

CREATE TABLE public.desk_ticketnote (
    id uuid NOT NULL,
    act character varying(10) NOT NULL,
    words character varying(500) NOT NULL,
    by_name character varying(80) NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id uuid,
    ticket_id uuid NOT NULL
);

CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);

ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);

ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);

CREATE TABLE public.exchange_export (
    id uuid NOT NULL,
    mode character varying(8) NOT NULL,
    since timestamp with time zone,
    sensitive boolean NOT NULL,
    purpose character varying(300) NOT NULL,
    state character varying(12) NOT NULL,
    as_of timestamp with time zone,
    phase character varying(24) NOT NULL,
    done integer NOT NULL,
    counts jsonb NOT NULL,
    stored_name character varying(80) NOT NULL,
    size bigint NOT NULL,
    cancel_asked boolean NOT NULL,
    grant_id uuid,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone,
    created_by_id uuid,
    organization_id uuid NOT NULL,
    CONSTRAINT exchange_export_done_check CHECK ((done >= 0))
);

CREATE TABLE public.exchange_finding (
    id bigint NOT NULL,
    row_id bigint,
    entity character varying(16) DEFAULT ''::character varying NOT NULL,
    file character varying(80) DEFAULT ''::character varying NOT NULL,
    row_no integer,
    "column" character varying(80) DEFAULT ''::character varying NOT NULL,
    code character varying(40) NOT NULL,
    severity character varying(8) NOT NULL,
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    at_check boolean DEFAULT false NOT NULL,
    org_id uuid,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    corrected_at timestamp with time zone,
    run_id uuid NOT NULL,
    CONSTRAINT exchange_finding_row_no_check CHECK ((row_no >= 0))
);

ALTER TABLE public.exchange_finding ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_finding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_importrun (
    id uuid NOT NULL,
    kind character varying(12) NOT NULL,
    state character varying(12) NOT NULL,
    title character varying(120) NOT NULL,
    stored_name character varying(80) NOT NULL,
    digest character varying(64) NOT NULL,
    size bigint NOT NULL,
    files jsonb NOT NULL,
    counts jsonb NOT NULL,
    errors integer NOT NULL,
    warnings integer NOT NULL,
    as_of timestamp with time zone,
    phase character varying(24) NOT NULL,
    done integer NOT NULL,
    total integer NOT NULL,
    cancel_asked boolean NOT NULL,
    confirmed jsonb NOT NULL,
    leave_out_errors boolean NOT NULL,
    fault character varying(40) NOT NULL,
    fault_params jsonb NOT NULL,
    grant_id uuid,
    created_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone,
    finished_at timestamp with time zone,
    acting_id uuid,
    created_by_id uuid,
    organization_id uuid NOT NULL,
    source_id uuid NOT NULL,
    CONSTRAINT exchange_importrun_done_check CHECK ((done >= 0)),
    CONSTRAINT exchange_importrun_errors_check CHECK ((errors >= 0)),
    CONSTRAINT exchange_importrun_total_check CHECK ((total >= 0)),
    CONSTRAINT exchange_importrun_warnings_check CHECK ((warnings >= 0))
);

CREATE TABLE public.exchange_pull (
    id uuid NOT NULL,
    question character varying(64) NOT NULL,
    ids bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    client_id uuid NOT NULL
);
ALTER TABLE ONLY public.exchange_pull ALTER COLUMN ids SET STORAGE EXTERNAL;

CREATE TABLE public.exchange_senterrors (
    id bigint NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL,
    run_id uuid NOT NULL,
    sent_by_id uuid
);

ALTER TABLE public.exchange_senterrors ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_senterrors_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_sheetcorrection (
    id bigint NOT NULL,
    file character varying(80) NOT NULL,
    row_no integer NOT NULL,
    place smallint,
    "column" character varying(80) NOT NULL,
    before bytea,
    after bytea,
    at timestamp with time zone NOT NULL,
    by_id uuid,
    run_id uuid NOT NULL,
    CONSTRAINT exchange_sheetcorrection_place_check CHECK ((place >= 0)),
    CONSTRAINT exchange_sheetcorrection_row_no_check CHECK ((row_no >= 0))
);

ALTER TABLE public.exchange_sheetcorrection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_sheetcorrection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_sheetfile (
    id bigint NOT NULL,
    label character varying(80) NOT NULL,
    heads jsonb NOT NULL,
    head_row integer NOT NULL,
    signature character varying(64) NOT NULL,
    kind character varying(12) NOT NULL,
    columns jsonb NOT NULL,
    confidence jsonb NOT NULL,
    complete character varying(8) NOT NULL,
    rows integer NOT NULL,
    settled boolean NOT NULL,
    left_out boolean NOT NULL,
    organization_id uuid,
    run_id uuid NOT NULL,
    CONSTRAINT exchange_sheetfile_head_row_check CHECK ((head_row >= 0)),
    CONSTRAINT exchange_sheetfile_rows_check CHECK ((rows >= 0))
);

ALTER TABLE public.exchange_sheetfile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_sheetfile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_sheetmapping (
    id bigint NOT NULL,
    signature character varying(64) NOT NULL,
    kind character varying(12) NOT NULL,
    columns jsonb NOT NULL,
    set_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL,
    set_by_id uuid
);

ALTER TABLE public.exchange_sheetmapping ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_sheetmapping_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_sheetrow (
    id bigint NOT NULL,
    row_no integer NOT NULL,
    cells bytea NOT NULL,
    left_out boolean NOT NULL,
    org_id uuid,
    corrected_at timestamp with time zone,
    sheet_id bigint NOT NULL,
    CONSTRAINT exchange_sheetrow_row_no_check CHECK ((row_no >= 0))
);

ALTER TABLE public.exchange_sheetrow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_sheetrow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_source (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    last_as_of timestamp with time zone,
    last_applied_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL
);

CREATE TABLE public.exchange_sourcekey (
    id bigint NOT NULL,
    entity character varying(16) NOT NULL,
    sourced_id character varying(255) NOT NULL,
    object_id uuid NOT NULL,
    source_id uuid NOT NULL
);

ALTER TABLE public.exchange_sourcekey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_sourcekey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_stagedrow (
    id bigint NOT NULL,
    entity character varying(16) NOT NULL,
    file character varying(80) NOT NULL,
    row_no integer NOT NULL,
    key character varying(255) NOT NULL,
    status character varying(12) DEFAULT 'active'::character varying NOT NULL,
    modified_at timestamp with time zone,
    org_key character varying(255) DEFAULT ''::character varying NOT NULL,
    user_key character varying(255) DEFAULT ''::character varying NOT NULL,
    class_key character varying(255) DEFAULT ''::character varying NOT NULL,
    course_key character varying(255) DEFAULT ''::character varying NOT NULL,
    data jsonb NOT NULL,
    phone bytea,
    phone_index bytea,
    citizen_id bytea,
    citizen_id_index bytea,
    student_number bytea,
    student_number_index bytea,
    faulty boolean DEFAULT false NOT NULL,
    action character varying(8) DEFAULT ''::character varying NOT NULL,
    object_id uuid,
    org_id uuid,
    person_id uuid,
    class_id uuid,
    course_id uuid,
    before jsonb,
    run_id uuid NOT NULL,
    CONSTRAINT exchange_stagedrow_row_no_check CHECK ((row_no >= 0))
)
WITH (fillfactor='42');
ALTER TABLE ONLY public.exchange_stagedrow ALTER COLUMN file SET STATISTICS 0;
ALTER TABLE ONLY public.exchange_stagedrow ALTER COLUMN data SET STATISTICS 0;
ALTER TABLE ONLY public.exchange_stagedrow ALTER COLUMN phone SET STATISTICS 0;
ALTER TABLE ONLY public.exchange_stagedrow ALTER COLUMN phone_index SET STATISTICS 0;
ALTER TABLE ONLY public.exchange_stagedrow ALTER COLUMN citizen_id SET STATISTICS 0;
ALTER TABLE ONLY public.exchange_stagedrow ALTER COLUMN citizen_id_index SET STATISTICS 0;
ALTER TABLE ONLY public.exchange_stagedrow ALTER COLUMN student_number SET STATISTICS 0;
ALTER TABLE ONLY public.exchange_stagedrow ALTER COLUMN student_number_index SET STATISTICS 0;
ALTER TABLE ONLY public.exchange_stagedrow ALTER COLUMN before SET STATISTICS 0;

ALTER TABLE public.exchange_stagedrow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_stagedrow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_weekimport (
    id uuid NOT NULL,
    title character varying(100) NOT NULL,
    name character varying(60) NOT NULL,
    first date NOT NULL,
    last date NOT NULL,
    rows jsonb NOT NULL,
    faults jsonb NOT NULL,
    wrong integer NOT NULL,
    entries integer NOT NULL,
    passed integer NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    drafted_at timestamp with time zone,
    created_by_id uuid,
    organization_id uuid NOT NULL,
    timetable_id uuid,
    CONSTRAINT exchange_weekimport_entries_check CHECK ((entries >= 0)),
    CONSTRAINT exchange_weekimport_passed_check CHECK ((passed >= 0)),
    CONSTRAINT exchange_weekimport_wrong_check CHECK ((wrong >= 0)),
    CONSTRAINT week_import_dates CHECK ((last >= first))
);

CREATE TABLE public.follows_follow (
    id uuid NOT NULL,
    subject character varying(12) NOT NULL,
    stage character varying(12) NOT NULL,
    grade smallint,
    kind character varying(12) NOT NULL,
    purpose character varying(12) NOT NULL,
    words character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    author_id uuid,
    node_id uuid,
    organization_id uuid,
    person_id uuid NOT NULL,
    CONSTRAINT follow_something CHECK (((node_id IS NOT NULL) OR (author_id IS NOT NULL) OR (organization_id IS NOT NULL) OR (grade IS NOT NULL) OR (NOT (((kind)::text = ''::text) AND ((purpose)::text = ''::text) AND ((stage)::text = ''::text) AND ((subject)::text = ''::text) AND ((words)::text = ''::text))))),
    CONSTRAINT follows_follow_grade_check CHECK ((grade >= 0))
);

CREATE TABLE public.follows_gathering (
    id uuid NOT NULL,
    day date NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    people integer NOT NULL,
    CONSTRAINT follows_gathering_people_check CHECK ((people >= 0))
);

CREATE TABLE public.follows_reader (
    person_id uuid NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    daily boolean NOT NULL,
    digest character varying(64) NOT NULL
);

CREATE TABLE public.identity_account (
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    id uuid NOT NULL,
    kind character varying(12) NOT NULL,
    username character varying(64) NOT NULL,
    display_name character varying(80) NOT NULL,
    must_set_password boolean NOT NULL,
    code_expires_at timestamp with time zone,
    is_active boolean NOT NULL,
    language character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.identity_loginname (
    id uuid NOT NULL,
    kind character varying(16) NOT NULL,
    index bytea NOT NULL,
    hint character varying(32) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    account_id uuid NOT NULL
);

CREATE TABLE public.identity_recoverycode (
    id uuid NOT NULL,
    index bytea NOT NULL,
    tries_left smallint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    account_id uuid NOT NULL,
    CONSTRAINT identity_recoverycode_tries_left_check CHECK ((tries_left >= 0))
);

CREATE TABLE public.interactive_package (
    blob_id character varying(64) NOT NULL,
    kind character varying(10) NOT NULL,
    state character varying(8) NOT NULL,
    why character varying(300) NOT NULL,
    start character varying(600) NOT NULL,
    parts jsonb NOT NULL,
    files integer NOT NULL,
    size bigint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT interactive_package_files_check CHECK ((files >= 0))
);

CREATE TABLE public.interactive_runstate (
    id uuid NOT NULL,
    attempt smallint NOT NULL,
    opening integer NOT NULL,
    seq integer NOT NULL,
    data jsonb NOT NULL,
    place character varying(200) NOT NULL,
    status character varying(10) NOT NULL,
    score double precision,
    seconds integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    saved_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    person_id uuid NOT NULL,
    version_id uuid NOT NULL,
    CONSTRAINT interactive_run_score CHECK (((score IS NULL) OR ((score >= (0.0)::double precision) AND (score <= (1.0)::double precision)))),
    CONSTRAINT interactive_runstate_attempt_check CHECK ((attempt >= 0)),
    CONSTRAINT interactive_runstate_opening_check CHECK ((opening >= 0)),
    CONSTRAINT interactive_runstate_seconds_check CHECK ((seconds >= 0)),
    CONSTRAINT interactive_runstate_seq_check CHECK ((seq >= 0))
);

CREATE TABLE public.journal_delivery (
    id bigint NOT NULL,
    receiver character varying(200) NOT NULL,
    delivered_at timestamp with time zone NOT NULL,
    event_id bigint NOT NULL
);

ALTER TABLE public.journal_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.journal_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.journal_journalentry (
    id uuid NOT NULL,
    action character varying(80) NOT NULL,
    object_type character varying(60) NOT NULL,
    object_id uuid NOT NULL,
    actor_kind character varying(12) NOT NULL,
    account_id uuid,
    person_id uuid,
    actor_name character varying(80) NOT NULL,
    role character varying(24) NOT NULL,
    organization_id uuid,
    data jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    people uuid[]
);

CREATE TABLE public.journal_outboxevent (
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    verb character varying(200) NOT NULL,
    actor_id uuid,
    actor_kind character varying(12) NOT NULL,
    object_type character varying(60) NOT NULL,
    object_id uuid NOT NULL,
    organization_id uuid,
    result jsonb NOT NULL,
    context jsonb NOT NULL,
    extras jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    stored_at timestamp with time zone NOT NULL
);

ALTER TABLE public.journal_outboxevent ALTER COLUMN sequence ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.journal_outboxevent_sequence_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.live_attendance (
    id uuid NOT NULL,
    kind character varying(10) NOT NULL,
    viewer character varying(80) NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    seconds double precision NOT NULL,
    stalls integer NOT NULL,
    stall_ms bigint NOT NULL,
    dropped integer NOT NULL,
    head_count smallint,
    attended boolean,
    class_group_id uuid,
    organization_id uuid,
    person_id uuid,
    session_id uuid NOT NULL,
    CONSTRAINT live_attendance_dropped_check CHECK ((dropped >= 0)),
    CONSTRAINT live_attendance_head_count_check CHECK ((head_count >= 0)),
    CONSTRAINT live_attendance_stall_ms_check CHECK ((stall_ms >= 0)),
    CONSTRAINT live_attendance_stalls_check CHECK ((stalls >= 0))
);

CREATE TABLE public.live_attendanceinterval (
    id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    media_from double precision,
    media_to double precision,
    attendance_id uuid NOT NULL,
    CONSTRAINT attendance_interval_order CHECK ((ended_at >= started_at))
);

CREATE TABLE public.live_chatword (
    id uuid NOT NULL,
    word character varying(20) NOT NULL,
    plain character varying(80) NOT NULL,
    added_at timestamp with time zone NOT NULL,
    added_by_id uuid,
    organization_id uuid NOT NULL
);

CREATE TABLE public.live_lessonevent (
    id uuid NOT NULL,
    seq integer NOT NULL,
    kind character varying(32) NOT NULL,
    at double precision NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    viewer character varying(80) NOT NULL,
    role character varying(10) NOT NULL,
    name character varying(40) NOT NULL,
    school character varying(40) NOT NULL,
    data jsonb NOT NULL,
    shown jsonb,
    mark character varying(40) NOT NULL,
    class_group_id uuid,
    organization_id uuid,
    person_id uuid,
    session_id uuid NOT NULL,
    CONSTRAINT live_lessonevent_seq_check CHECK ((seq >= 0))
);

CREATE TABLE public.live_lessonpage (
    id uuid NOT NULL,
    number smallint NOT NULL,
    width smallint NOT NULL,
    height smallint NOT NULL,
    image character varying(80) NOT NULL,
    thumb character varying(80) NOT NULL,
    upload_id uuid,
    lesson_id uuid NOT NULL,
    "position" integer NOT NULL,
    name character varying(80) NOT NULL,
    CONSTRAINT lesson_page_picture CHECK (((((image)::text = ''::text) AND (upload_id IS NULL)) OR ((upload_id IS NOT NULL) AND (NOT ((image)::text = ''::text))))),
    CONSTRAINT live_lessonpage_height_check CHECK ((height >= 0)),
    CONSTRAINT live_lessonpage_number_check CHECK ((number >= 0)),
    CONSTRAINT live_lessonpage_position_check CHECK (("position" >= 0)),
    CONSTRAINT live_lessonpage_width_check CHECK ((width >= 0))
);

CREATE TABLE public.live_lessonpoll (
    id uuid NOT NULL,
    number integer NOT NULL,
    type character varying(4) NOT NULL,
    question character varying(300) NOT NULL,
    options jsonb NOT NULL,
    picture uuid,
    opened_at double precision NOT NULL,
    opened timestamp with time zone NOT NULL,
    closed timestamp with time zone,
    votes jsonb NOT NULL,
    people integer NOT NULL,
    answers integer NOT NULL,
    classes integer NOT NULL,
    schools jsonb NOT NULL,
    session_id uuid NOT NULL,
    prepared_id uuid,
    CONSTRAINT live_lessonpoll_answers_check CHECK ((answers >= 0)),
    CONSTRAINT live_lessonpoll_classes_check CHECK ((classes >= 0)),
    CONSTRAINT live_lessonpoll_number_check CHECK ((number >= 0)),
    CONSTRAINT live_lessonpoll_people_check CHECK ((people >= 0))
);

CREATE TABLE public.live_livenode (
    name character varying(32) NOT NULL,
    state character varying(8) NOT NULL,
    address character varying(200) NOT NULL,
    generation uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    steady_since timestamp with time zone NOT NULL,
    lessons integer NOT NULL,
    sockets integer NOT NULL,
    CONSTRAINT live_livenode_lessons_check CHECK ((lessons >= 0)),
    CONSTRAINT live_livenode_sockets_check CHECK ((sockets >= 0))
);

CREATE TABLE public.live_livesession (
    id uuid NOT NULL,
    state character varying(12) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    last_chunk_at timestamp with time zone,
    planned_end timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    end_reason character varying(12) NOT NULL,
    lesson_id uuid NOT NULL,
    publisher_id uuid,
    stream_id uuid NOT NULL,
    node character varying(32) NOT NULL,
    term integer NOT NULL,
    CONSTRAINT live_livesession_term_check CHECK ((term >= 0)),
    CONSTRAINT live_session_end CHECK (((((state)::text = 'ended'::text) AND (ended_at IS NOT NULL)) OR ((NOT ((state)::text = 'ended'::text)) AND (ended_at IS NULL))))
);

CREATE TABLE public.live_pageupload (
    id uuid NOT NULL,
    name character varying(120) NOT NULL,
    file character varying(80) NOT NULL,
    kind character varying(80) NOT NULL,
    size bigint NOT NULL,
    state character varying(8) NOT NULL,
    done smallint NOT NULL,
    total smallint NOT NULL,
    error character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    lesson_id uuid NOT NULL,
    uploaded_by_id uuid,
    CONSTRAINT live_pageupload_done_check CHECK ((done >= 0)),
    CONSTRAINT live_pageupload_size_check CHECK ((size >= 0)),
    CONSTRAINT live_pageupload_total_check CHECK ((total >= 0))
);

CREATE TABLE public.live_preparedpoll (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    type character varying(4) NOT NULL,
    question character varying(300) NOT NULL,
    options jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    lesson_id uuid NOT NULL,
    picture_id uuid,
    prepared_by_id uuid,
    CONSTRAINT live_preparedpoll_position_check CHECK (("position" >= 0))
);

CREATE TABLE public.live_qualityreport (
    id uuid NOT NULL,
    reported_at timestamp with time zone NOT NULL,
    stalls integer NOT NULL,
    stall_ms bigint NOT NULL,
    dropped integer NOT NULL,
    lag_ms integer,
    error character varying(40) NOT NULL,
    attendance_id uuid NOT NULL,
    still_since timestamp with time zone,
    lag_now_ms integer,
    device character varying(40) NOT NULL,
    minutes jsonb NOT NULL,
    rendition character varying(5) NOT NULL,
    kbps integer,
    CONSTRAINT live_qualityreport_dropped_check CHECK ((dropped >= 0)),
    CONSTRAINT live_qualityreport_kbps_check CHECK ((kbps >= 0)),
    CONSTRAINT live_qualityreport_lag_ms_check CHECK ((lag_ms >= 0)),
    CONSTRAINT live_qualityreport_lag_now_ms_check CHECK ((lag_now_ms >= 0)),
    CONSTRAINT live_qualityreport_stall_ms_check CHECK ((stall_ms >= 0)),
    CONSTRAINT live_qualityreport_stalls_check CHECK ((stalls >= 0))
);

CREATE TABLE public.media_epoch (
    id uuid NOT NULL,
    number integer NOT NULL,
    client_id uuid NOT NULL,
    mime character varying(80) NOT NULL,
    codecs character varying(60) NOT NULL,
    init_name character varying(60) NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    wall_start_ms bigint NOT NULL,
    stream_id uuid NOT NULL,
    CONSTRAINT media_epoch_height_check CHECK ((height >= 0)),
    CONSTRAINT media_epoch_number_check CHECK ((number >= 0)),
    CONSTRAINT media_epoch_width_check CHECK ((width >= 0))
);

CREATE TABLE public.media_mediakey (
    id uuid NOT NULL,
    number integer NOT NULL,
    sealed bytea NOT NULL,
    first_segment integer,
    created_at timestamp with time zone NOT NULL,
    stream_id uuid NOT NULL,
    CONSTRAINT media_mediakey_first_segment_check CHECK ((first_segment >= 0)),
    CONSTRAINT media_mediakey_number_check CHECK ((number >= 0))
);

CREATE TABLE public.media_stream (
    id uuid NOT NULL,
    token character varying(32) NOT NULL,
    state character varying(8) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    closed_at timestamp with time zone,
    seconds double precision NOT NULL,
    bytes bigint NOT NULL,
    segments integer NOT NULL,
    poster character varying(60) NOT NULL,
    cut_from double precision,
    cut_until double precision,
    withheld boolean NOT NULL,
    held boolean NOT NULL,
    CONSTRAINT stream_amounts CHECK (((bytes >= 0) AND (seconds >= (0.0)::double precision))),
    CONSTRAINT stream_cut CHECK ((((cut_from IS NULL) AND (cut_until IS NULL)) OR ((cut_from >= (0.0)::double precision) AND (cut_until > cut_from))))
);

CREATE TABLE public.messaging_delivery (
    id bigint NOT NULL,
    channel character varying(4) NOT NULL,
    state character varying(8) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    gathered boolean NOT NULL,
    attempts smallint NOT NULL,
    fault character varying(80) NOT NULL,
    claimed_at timestamp with time zone,
    sent_at timestamp with time zone,
    receipt_id bigint NOT NULL,
    CONSTRAINT messaging_delivery_attempts_check CHECK ((attempts >= 0))
);

ALTER TABLE public.messaging_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.messaging_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.messaging_notice (
    id uuid NOT NULL,
    kind character varying(40) NOT NULL,
    subject character varying(120) NOT NULL,
    category character varying(12) NOT NULL,
    urgency character varying(8) NOT NULL,
    title character varying(120) NOT NULL,
    body text NOT NULL,
    facts jsonb NOT NULL,
    people uuid[] NOT NULL,
    link character varying(300) NOT NULL,
    sender_role character varying(24) NOT NULL,
    needs_confirmation boolean NOT NULL,
    audience jsonb NOT NULL,
    state character varying(10) NOT NULL,
    done integer NOT NULL,
    total integer NOT NULL,
    cursor uuid,
    recipients integer NOT NULL,
    cancel_asked boolean NOT NULL,
    reminders smallint NOT NULL,
    reminded_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    organization_id uuid,
    sender_id uuid,
    CONSTRAINT messaging_notice_done_check CHECK ((done >= 0)),
    CONSTRAINT messaging_notice_recipients_check CHECK ((recipients >= 0)),
    CONSTRAINT messaging_notice_reminders_check CHECK ((reminders >= 0)),
    CONSTRAINT messaging_notice_total_check CHECK ((total >= 0))
);

CREATE TABLE public.messaging_preference (
    person_id uuid NOT NULL,
    channels jsonb NOT NULL,
    quiet_from time without time zone NOT NULL,
    quiet_to time without time zone NOT NULL,
    digest character varying(8) NOT NULL,
    digest_at time without time zone NOT NULL,
    digest_day smallint NOT NULL,
    mail bytea,
    mail_confirmed_at timestamp with time zone,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT messaging_preference_digest_day_check CHECK ((digest_day >= 0)),
    CONSTRAINT preference_digest_day CHECK ((digest_day <= 6))
);

CREATE TABLE public.messaging_pushdevice (
    id uuid NOT NULL,
    digest character varying(64) NOT NULL,
    keys bytea NOT NULL,
    device character varying(80) NOT NULL,
    language character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    person_id uuid NOT NULL
);

CREATE TABLE public.messaging_receipt (
    id bigint NOT NULL,
    places uuid[] NOT NULL,
    at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    archived_at timestamp with time zone,
    notice_id uuid NOT NULL,
    person_id uuid NOT NULL
);

ALTER TABLE public.messaging_receipt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.messaging_receipt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.mfa_authenticator (
    id bigint NOT NULL,
    type character varying(20) NOT NULL,
    data jsonb NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone
);

ALTER TABLE public.mfa_authenticator ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mfa_authenticator_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.packs_attachment (
    id uuid NOT NULL,
    first date,
    until date,
    attached_at timestamp with time zone NOT NULL,
    class_group_id uuid,
    lesson_id uuid,
    pack_id uuid NOT NULL,
    CONSTRAINT pack_for_one CHECK ((((class_group_id IS NULL) AND (first IS NULL) AND (lesson_id IS NOT NULL) AND (until IS NULL)) OR ((class_group_id IS NOT NULL) AND (first IS NOT NULL) AND (lesson_id IS NULL) AND (until >= first))))
);

CREATE TABLE public.packs_judgement (
    id uuid NOT NULL,
    taught boolean NOT NULL,
    helped boolean NOT NULL,
    made_at timestamp with time zone NOT NULL,
    attachment_id uuid NOT NULL,
    person_id uuid,
    resource_id uuid NOT NULL
);

CREATE TABLE public.packs_pack (
    id uuid NOT NULL,
    title character varying(80) NOT NULL,
    words text NOT NULL,
    subject character varying(12) NOT NULL,
    stage character varying(12) NOT NULL,
    grade smallint,
    reach character varying(8) NOT NULL,
    edition integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    copied_from_id uuid,
    organization_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    region_id uuid,
    CONSTRAINT pack_region_said CHECK (((((reach)::text = 'region'::text) AND (region_id IS NOT NULL)) OR ((NOT ((reach)::text = 'region'::text)) AND (region_id IS NULL)))),
    CONSTRAINT pack_titled CHECK ((NOT ((title)::text = ''::text))),
    CONSTRAINT packs_pack_edition_check CHECK ((edition >= 0)),
    CONSTRAINT packs_pack_grade_check CHECK ((grade >= 0))
);

CREATE TABLE public.packs_packitem (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    note character varying(300) NOT NULL,
    title character varying(120) NOT NULL,
    version smallint NOT NULL,
    added_at timestamp with time zone NOT NULL,
    pack_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    CONSTRAINT pack_place CHECK (("position" >= 1)),
    CONSTRAINT packs_packitem_position_check CHECK (("position" >= 0)),
    CONSTRAINT packs_packitem_version_check CHECK ((version >= 0))
);

CREATE TABLE public.privacy_consent (
    id uuid NOT NULL,
    version character varying(20) NOT NULL,
    way character varying(8) NOT NULL,
    given_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    guardian_id uuid NOT NULL,
    recorded_by_id uuid,
    student_id uuid NOT NULL,
    withdrawn_by_id uuid
);

CREATE TABLE public.privacy_erasure (
    id uuid NOT NULL,
    cause character varying(10) NOT NULL,
    state character varying(10) NOT NULL,
    reason character varying(500) NOT NULL,
    on_paper boolean NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    decide_by date NOT NULL,
    finish_by date NOT NULL,
    decided_at timestamp with time zone,
    ground character varying(12) NOT NULL,
    answer character varying(500) NOT NULL,
    erase_on date,
    done_at timestamp with time zone,
    outcome jsonb NOT NULL,
    decided_by_id uuid,
    organization_id uuid NOT NULL,
    person_id uuid NOT NULL,
    requested_by_id uuid,
    CONSTRAINT erasure_day CHECK (((NOT ((state)::text = 'approved'::text)) OR (erase_on IS NOT NULL))),
    CONSTRAINT erasure_refused_for CHECK (((NOT ((state)::text = 'refused'::text)) OR (NOT ((ground)::text = ''::text))))
);

CREATE TABLE public.privacy_retentionperiod (
    key character varying(40) NOT NULL,
    amount integer NOT NULL,
    reason character varying(200) NOT NULL,
    set_at timestamp with time zone NOT NULL,
    set_by_id uuid,
    CONSTRAINT privacy_retentionperiod_amount_check CHECK ((amount >= 0))
);

CREATE TABLE public.privacy_retentionrun (
    id bigint NOT NULL,
    key character varying(40) NOT NULL,
    ran_at timestamp with time zone NOT NULL,
    before timestamp with time zone NOT NULL,
    gone integer NOT NULL,
    CONSTRAINT privacy_retentionrun_gone_check CHECK ((gone >= 0))
);

ALTER TABLE public.privacy_retentionrun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.privacy_retentionrun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.procrastinate_events (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    type public.procrastinate_job_event_type,
    at timestamp with time zone DEFAULT now()
);

CREATE SEQUENCE public.procrastinate_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_events_id_seq OWNED BY public.procrastinate_events.id;

CREATE SEQUENCE public.procrastinate_jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_jobs_id_seq OWNED BY public.procrastinate_jobs.id;

CREATE TABLE public.procrastinate_periodic_defers (
    id bigint NOT NULL,
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint,
    periodic_id character varying(128) DEFAULT ''::character varying NOT NULL
);

CREATE SEQUENCE public.procrastinate_periodic_defers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_periodic_defers_id_seq OWNED BY public.procrastinate_periodic_defers.id;

CREATE TABLE public.procrastinate_workers (
    id bigint NOT NULL,
    last_heartbeat timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.procrastinate_workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.procrastinate_workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.recorders_recorder (
    id uuid NOT NULL,
    name character varying(40) NOT NULL,
    make character varying(60) NOT NULL,
    way character varying(8) NOT NULL,
    key_index bytea,
    key_made_at timestamp with time zone,
    address bytea,
    follows boolean NOT NULL,
    is_active boolean NOT NULL,
    state character varying(8) NOT NULL,
    state_since timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    facts jsonb NOT NULL,
    fault character varying(12) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    lesson_id uuid,
    organization_id uuid NOT NULL,
    room_id uuid NOT NULL,
    CONSTRAINT recorder_has_its_way CHECK ((((key_index IS NOT NULL) AND ((way)::text = 'rtmp'::text)) OR ((key_index IS NULL) AND ((way)::text = 'rtsp'::text))))
);

CREATE TABLE public.recorders_recorderline (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    what character varying(10) NOT NULL,
    detail jsonb NOT NULL,
    lesson_id uuid,
    recorder_id uuid NOT NULL
);

ALTER TABLE public.recorders_recorderline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.recorders_recorderline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.recordings_making (
    id uuid NOT NULL,
    work character varying(8) NOT NULL,
    state character varying(10) NOT NULL,
    progress smallint NOT NULL,
    stop boolean NOT NULL,
    error character varying(200) NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    asked_by_id uuid,
    recording_id uuid NOT NULL,
    CONSTRAINT making_percent CHECK ((progress <= 100)),
    CONSTRAINT recordings_making_progress_check CHECK ((progress >= 0))
);

CREATE TABLE public.recordings_recording (
    id uuid NOT NULL,
    title character varying(120) NOT NULL,
    taught_at timestamp with time zone NOT NULL,
    state character varying(10) NOT NULL,
    audience character varying(10) NOT NULL,
    published_at timestamp with time zone,
    chapters jsonb NOT NULL,
    look jsonb NOT NULL,
    film character varying(60) NOT NULL,
    film_bytes bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL,
    region_id uuid,
    session_id uuid NOT NULL,
    CONSTRAINT recording_for_whom CHECK (((((audience)::text = 'region'::text) AND (region_id IS NOT NULL)) OR ((NOT ((audience)::text = 'region'::text)) AND (region_id IS NULL))))
);

CREATE TABLE public.resources_blob (
    sha256 character varying(64) NOT NULL,
    size bigint NOT NULL,
    kind character varying(100) NOT NULL,
    facts jsonb NOT NULL,
    text text NOT NULL,
    likeness bigint,
    scan character varying(10) NOT NULL,
    scanned_at timestamp with time zone,
    preview_why character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    preview_id character varying(64),
    cover_id character varying(64),
    covered_at timestamp with time zone,
    sent_at timestamp with time zone
);

CREATE TABLE public.resources_fault (
    id uuid NOT NULL,
    kind character varying(8) NOT NULL,
    words character varying(500) NOT NULL,
    state character varying(10) NOT NULL,
    answer character varying(500) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    person_id uuid,
    settled_by_id uuid,
    resource_id uuid NOT NULL
);

CREATE TABLE public.resources_favourite (
    id uuid NOT NULL,
    made_at timestamp with time zone NOT NULL,
    person_id uuid NOT NULL,
    resource_id uuid NOT NULL
);

CREATE TABLE public.resources_film (
    blob_id character varying(64) NOT NULL,
    state character varying(8) NOT NULL,
    why character varying(300) NOT NULL,
    seconds double precision NOT NULL,
    made_s double precision NOT NULL,
    spans jsonb NOT NULL,
    chapters jsonb NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    made_at timestamp with time zone
);

CREATE TABLE public.resources_placement (
    id uuid NOT NULL,
    node_id uuid NOT NULL,
    resource_id uuid NOT NULL
);

CREATE TABLE public.resources_rating (
    id uuid NOT NULL,
    stars smallint NOT NULL,
    words character varying(500) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    person_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    CONSTRAINT rating_stars CHECK (((stars >= 1) AND (stars <= 5))),
    CONSTRAINT resources_rating_stars_check CHECK ((stars >= 0))
);

CREATE TABLE public.resources_rendition (
    id uuid NOT NULL,
    name character varying(12) NOT NULL,
    number smallint NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    codecs character varying(60) NOT NULL,
    head integer NOT NULL,
    sizes jsonb NOT NULL,
    file_id character varying(64) NOT NULL,
    film_id character varying(64) NOT NULL,
    CONSTRAINT resources_rendition_head_check CHECK ((head >= 0)),
    CONSTRAINT resources_rendition_height_check CHECK ((height >= 0)),
    CONSTRAINT resources_rendition_number_check CHECK ((number >= 0)),
    CONSTRAINT resources_rendition_width_check CHECK ((width >= 0))
);

CREATE TABLE public.resources_resource (
    title character varying(120) NOT NULL,
    words text NOT NULL,
    purpose character varying(12) NOT NULL,
    subject character varying(12) NOT NULL,
    stage character varying(12) NOT NULL,
    grade smallint,
    keywords character varying(200) NOT NULL,
    language character varying(12) NOT NULL,
    audience character varying(6) NOT NULL,
    reach character varying(8) NOT NULL,
    licence character varying(12) NOT NULL,
    rights_holder character varying(120) NOT NULL,
    source character varying(300) NOT NULL,
    id uuid NOT NULL,
    kind character varying(12) NOT NULL,
    state character varying(10) NOT NULL,
    submitted_at timestamp with time zone,
    published_at timestamp with time zone,
    withdrawn_why character varying(300) NOT NULL,
    downloads integer NOT NULL,
    rated integer NOT NULL,
    stars integer NOT NULL,
    mark character varying(40) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    author_id uuid,
    organization_id uuid NOT NULL,
    region_id uuid,
    current_id uuid,
    CONSTRAINT resource_published CHECK (((NOT ((state)::text = 'published'::text)) OR ((current_id IS NOT NULL) AND (published_at IS NOT NULL)))),
    CONSTRAINT resource_region_said CHECK (((NOT ((reach)::text = 'region'::text)) OR (region_id IS NOT NULL))),
    CONSTRAINT resources_resource_downloads_check CHECK ((downloads >= 0)),
    CONSTRAINT resources_resource_grade_check CHECK ((grade >= 0)),
    CONSTRAINT resources_resource_rated_check CHECK ((rated >= 0)),
    CONSTRAINT resources_resource_stars_check CHECK ((stars >= 0))
);

CREATE TABLE public.resources_resourceversion (
    title character varying(120) NOT NULL,
    words text NOT NULL,
    purpose character varying(12) NOT NULL,
    subject character varying(12) NOT NULL,
    stage character varying(12) NOT NULL,
    grade smallint,
    keywords character varying(200) NOT NULL,
    language character varying(12) NOT NULL,
    audience character varying(6) NOT NULL,
    reach character varying(8) NOT NULL,
    licence character varying(12) NOT NULL,
    rights_holder character varying(120) NOT NULL,
    source character varying(300) NOT NULL,
    id uuid NOT NULL,
    number smallint NOT NULL,
    state character varying(10) NOT NULL,
    file_name character varying(150) NOT NULL,
    url character varying(500) NOT NULL,
    changes character varying(300) NOT NULL,
    edition integer NOT NULL,
    made_at timestamp with time zone NOT NULL,
    submitted_at timestamp with time zone,
    published_at timestamp with time zone,
    blob_id character varying(64),
    made_by_id uuid,
    region_id uuid,
    resource_id uuid NOT NULL,
    chapters jsonb NOT NULL,
    CONSTRAINT resources_resourceversion_edition_check CHECK ((edition >= 0)),
    CONSTRAINT resources_resourceversion_grade_check CHECK ((grade >= 0)),
    CONSTRAINT resources_resourceversion_number_check CHECK ((number >= 0)),
    CONSTRAINT version_holds CHECK (((NOT ((url)::text = ''::text)) OR (NOT ((state)::text = 'review'::text)) OR (blob_id IS NOT NULL))),
    CONSTRAINT version_region_said CHECK (((NOT ((reach)::text = 'region'::text)) OR (region_id IS NOT NULL)))
);

CREATE TABLE public.resources_subtitle (
    id uuid NOT NULL,
    language character varying(8) NOT NULL,
    name character varying(120) NOT NULL,
    cues integer NOT NULL,
    text text NOT NULL,
    words text NOT NULL,
    version_id uuid NOT NULL,
    CONSTRAINT resources_subtitle_cues_check CHECK ((cues >= 0))
);

CREATE TABLE public.resources_upload (
    id uuid NOT NULL,
    name character varying(150) NOT NULL,
    size bigint NOT NULL,
    "offset" bigint NOT NULL,
    told_sha256 character varying(64) NOT NULL,
    state character varying(10) NOT NULL,
    why character varying(300) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    blob_id character varying(64),
    organization_id uuid NOT NULL,
    person_id uuid NOT NULL,
    CONSTRAINT upload_offset CHECK ((("offset" >= 0) AND ("offset" <= size))),
    CONSTRAINT upload_ready CHECK (((NOT ((state)::text = 'ready'::text)) OR (blob_id IS NOT NULL)))
);

CREATE TABLE public.roster_batch (
    id uuid NOT NULL,
    action character varying(10) NOT NULL,
    state character varying(10) NOT NULL,
    asked jsonb NOT NULL,
    cancel_asked boolean NOT NULL,
    grant_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    created_by_id uuid NOT NULL,
    organization_id uuid NOT NULL
);

CREATE TABLE public.roster_batchitem (
    id bigint NOT NULL,
    state character varying(10) NOT NULL,
    reason character varying(200) NOT NULL,
    code bytea,
    batch_id uuid NOT NULL,
    person_id uuid NOT NULL
);

ALTER TABLE public.roster_batchitem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.roster_batchitem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.roster_bindingcode (
    id uuid NOT NULL,
    index bytea NOT NULL,
    uses_left smallint NOT NULL,
    failures smallint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    issued_by_id uuid,
    student_id uuid NOT NULL,
    CONSTRAINT roster_bindingcode_failures_check CHECK ((failures >= 0)),
    CONSTRAINT roster_bindingcode_uses_left_check CHECK ((uses_left >= 0))
);

CREATE TABLE public.roster_classgroup (
    id uuid NOT NULL,
    kind character varying(8) NOT NULL,
    stage character varying(12) NOT NULL,
    grade smallint NOT NULL,
    number smallint NOT NULL,
    name character varying(40) NOT NULL,
    entry_year smallint,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL,
    ended_on date,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT class_group_grade CHECK (((grade >= 1) AND (grade <= 12))),
    CONSTRAINT roster_classgroup_entry_year_check CHECK ((entry_year >= 0)),
    CONSTRAINT roster_classgroup_grade_check CHECK ((grade >= 0)),
    CONSTRAINT roster_classgroup_number_check CHECK ((number >= 0))
);

CREATE TABLE public.roster_guardianship (
    id uuid NOT NULL,
    relation character varying(12) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    guardian_id uuid NOT NULL,
    student_id uuid NOT NULL,
    CONSTRAINT guardianship_two_people CHECK ((NOT (guardian_id = student_id)))
);

CREATE TABLE public.roster_membership (
    id uuid NOT NULL,
    role character varying(16) NOT NULL,
    subject character varying(12) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    class_group_id uuid,
    organization_id uuid NOT NULL,
    person_id uuid NOT NULL,
    end_reason character varying(12) NOT NULL,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT membership_dates CHECK (((valid_to IS NULL) OR (valid_to >= valid_from)))
);

CREATE TABLE public.roster_notduplicates (
    id uuid NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    decided_by_id uuid,
    high_id uuid NOT NULL,
    low_id uuid NOT NULL,
    CONSTRAINT not_duplicates_ordered CHECK ((low_id < high_id))
);

CREATE TABLE public.roster_organization (
    id uuid NOT NULL,
    kind character varying(16) NOT NULL,
    stages character varying(12)[] NOT NULL,
    name character varying(80) NOT NULL,
    short_name character varying(40) NOT NULL,
    code character varying(20) NOT NULL,
    sort_key character varying(200) NOT NULL,
    search_text character varying(500) NOT NULL,
    path public.ltree NOT NULL,
    setting character varying(8) NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    parent_id uuid,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT organization_not_own_parent CHECK ((NOT ((parent_id = id) AND (parent_id IS NOT NULL))))
);

CREATE TABLE public.roster_person (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    sort_key character varying(200) NOT NULL,
    initials character varying(40) NOT NULL,
    search_text character varying(2000) NOT NULL,
    gender character varying(1) NOT NULL,
    birth_date date,
    phone bytea,
    phone_index bytea,
    citizen_id bytea,
    citizen_id_index bytea,
    student_number bytea,
    student_number_index bytea,
    created_at timestamp with time zone NOT NULL,
    account_id uuid,
    merged_into_id uuid,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    erased_at timestamp with time zone,
    CONSTRAINT person_not_into_self CHECK ((NOT ((merged_into_id = id) AND (merged_into_id IS NOT NULL))))
);

CREATE TABLE public.roster_personmerge (
    id uuid NOT NULL,
    reason character varying(200) NOT NULL,
    moved jsonb NOT NULL,
    merged_at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone,
    dropped_id uuid NOT NULL,
    kept_id uuid NOT NULL,
    merged_by_id uuid,
    undone_by_id uuid
);

CREATE TABLE public.roster_personsearch (
    person_id uuid NOT NULL,
    sort_key character varying(200) NOT NULL,
    keys text[] NOT NULL,
    places uuid[] NOT NULL,
    staff_places uuid[] NOT NULL,
    sure daterange NOT NULL
);

CREATE TABLE public.roster_promotion (
    id uuid NOT NULL,
    school_year smallint NOT NULL,
    state character varying(10) NOT NULL,
    reason character varying(20) NOT NULL,
    classes_up integer NOT NULL,
    classes_ended integer NOT NULL,
    students_up integer NOT NULL,
    students_graduated integer NOT NULL,
    before jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone,
    organization_id uuid NOT NULL,
    run_id uuid NOT NULL,
    CONSTRAINT roster_promotion_classes_ended_check CHECK ((classes_ended >= 0)),
    CONSTRAINT roster_promotion_classes_up_check CHECK ((classes_up >= 0)),
    CONSTRAINT roster_promotion_school_year_check CHECK ((school_year >= 0)),
    CONSTRAINT roster_promotion_students_graduated_check CHECK ((students_graduated >= 0)),
    CONSTRAINT roster_promotion_students_up_check CHECK ((students_up >= 0))
);

CREATE TABLE public.roster_promotionrun (
    id uuid NOT NULL,
    school_year smallint NOT NULL,
    last_day date NOT NULL,
    carry_over boolean NOT NULL,
    left_out uuid[] NOT NULL,
    state character varying(10) NOT NULL,
    done integer NOT NULL,
    total integer NOT NULL,
    cancel_asked boolean NOT NULL,
    grant_id uuid,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    created_by_id uuid,
    organization_id uuid NOT NULL,
    CONSTRAINT roster_promotionrun_done_check CHECK ((done >= 0)),
    CONSTRAINT roster_promotionrun_school_year_check CHECK ((school_year >= 0)),
    CONSTRAINT roster_promotionrun_total_check CHECK ((total >= 0))
);

CREATE TABLE public.roster_rolegrant (
    id uuid NOT NULL,
    role character varying(20) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    granted_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    reason character varying(200) NOT NULL,
    granted_by_id uuid,
    organization_id uuid NOT NULL,
    person_id uuid NOT NULL,
    revoked_by_id uuid,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    announced_for date,
    expired_at timestamp with time zone,
    CONSTRAINT grant_dates CHECK (((valid_to IS NULL) OR (valid_to >= valid_from)))
);

CREATE TABLE public.schedule_alliance (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    stage character varying(12) NOT NULL,
    state character varying(8) NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    created_at timestamp with time zone NOT NULL,
    lead_id uuid NOT NULL,
    end_reason character varying(200) NOT NULL,
    kind character varying(16) NOT NULL,
    CONSTRAINT alliance_dates CHECK ((ends_on >= starts_on))
);

CREATE TABLE public.schedule_alliancemember (
    id uuid NOT NULL,
    part character varying(10) NOT NULL,
    alliance_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    joins_on date,
    leave_reason character varying(200) NOT NULL,
    leaves_on date,
    CONSTRAINT alliance_member_dates CHECK (((leaves_on IS NULL) OR (joins_on IS NULL) OR (leaves_on >= joins_on)))
);

CREATE TABLE public.schedule_bellschedule (
    id uuid NOT NULL,
    name character varying(40) NOT NULL,
    during daterange NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL
);

CREATE TABLE public.schedule_calendarfeed (
    id uuid NOT NULL,
    digest character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    account_id uuid NOT NULL,
    class_group_id uuid,
    teacher_id uuid,
    CONSTRAINT calendar_feed_of_one CHECK ((((class_group_id IS NULL) AND (teacher_id IS NOT NULL)) OR ((class_group_id IS NOT NULL) AND (teacher_id IS NULL))))
);

CREATE TABLE public.schedule_course (
    id uuid NOT NULL,
    title character varying(120) NOT NULL,
    code character varying(40) NOT NULL,
    subjects character varying(12)[] NOT NULL,
    grades smallint[] NOT NULL,
    school_year smallint,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    organization_id uuid NOT NULL,
    CONSTRAINT schedule_course_school_year_check CHECK ((school_year >= 0))
);

CREATE TABLE public.schedule_courseoffering (
    id uuid NOT NULL,
    session_id uuid,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    class_group_id uuid NOT NULL,
    course_id uuid NOT NULL
);

CREATE TABLE public.schedule_invitation (
    id uuid NOT NULL,
    part character varying(10) NOT NULL,
    state character varying(10) NOT NULL,
    message character varying(500) NOT NULL,
    joins_on date NOT NULL,
    deadline date NOT NULL,
    invited_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    reason character varying(200) NOT NULL,
    alliance_id uuid NOT NULL,
    answered_by_id uuid,
    invited_by_id uuid,
    organization_id uuid NOT NULL,
    CONSTRAINT invitation_answered CHECK ((((answered_at IS NULL) AND ((state)::text = 'sent'::text)) OR ((NOT ((state)::text = 'sent'::text)) AND (answered_at IS NOT NULL))))
);

CREATE TABLE public.schedule_lesson (
    id uuid NOT NULL,
    title character varying(120) NOT NULL,
    summary text NOT NULL,
    subject character varying(12) NOT NULL,
    stage character varying(12) NOT NULL,
    grade smallint NOT NULL,
    period_no smallint,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    state character varying(10) NOT NULL,
    access character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    alliance_id uuid,
    class_group_id uuid,
    organization_id uuid NOT NULL,
    teacher_id uuid NOT NULL,
    room_id uuid,
    by_hand boolean NOT NULL,
    entry_day date,
    entry_id uuid,
    CONSTRAINT lesson_ends_after_start CHECK ((ends_at > starts_at)),
    CONSTRAINT lesson_grade CHECK (((grade >= 1) AND (grade <= 12))),
    CONSTRAINT lesson_rehearsal_alone CHECK (((NOT ((access)::text = 'rehearsal'::text)) OR ((alliance_id IS NULL) AND (class_group_id IS NULL)))),
    CONSTRAINT schedule_lesson_grade_check CHECK ((grade >= 0)),
    CONSTRAINT schedule_lesson_period_no_check CHECK ((period_no >= 0))
);

CREATE TABLE public.schedule_lessonreceiver (
    id uuid NOT NULL,
    class_group_id uuid NOT NULL,
    lesson_id uuid NOT NULL,
    room_id uuid
);

CREATE TABLE public.schedule_occupancy (
    id uuid NOT NULL,
    during tstzrange NOT NULL,
    class_group_id uuid,
    lesson_id uuid NOT NULL,
    room_id uuid,
    teacher_id uuid,
    CONSTRAINT occupancy_of_a_while CHECK (((NOT isempty(during)) AND lower_inc(during) AND (NOT lower_inf(during)) AND (NOT upper_inc(during)) AND (NOT upper_inf(during)))),
    CONSTRAINT occupancy_of_one CHECK ((((class_group_id IS NULL) AND (room_id IS NOT NULL) AND (teacher_id IS NULL)) OR ((class_group_id IS NULL) AND (room_id IS NULL) AND (teacher_id IS NOT NULL)) OR ((class_group_id IS NOT NULL) AND (room_id IS NULL) AND (teacher_id IS NULL))))
);

CREATE TABLE public.schedule_pairing (
    id uuid NOT NULL,
    subject character varying(12) NOT NULL,
    during daterange NOT NULL,
    created_at timestamp with time zone NOT NULL,
    alliance_id uuid NOT NULL,
    receiver_id uuid NOT NULL,
    sender_id uuid NOT NULL,
    CONSTRAINT pairing_of_two CHECK ((NOT (sender_id = receiver_id)))
);

CREATE TABLE public.schedule_pairingchoice (
    id uuid NOT NULL,
    weekday smallint NOT NULL,
    period_no smallint NOT NULL,
    weeks character varying(5) NOT NULL,
    settlement character varying(8) NOT NULL,
    note character varying(200) NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    decided_by_id uuid,
    pairing_id uuid NOT NULL,
    CONSTRAINT pairing_choice_weekday CHECK ((weekday <= 6)),
    CONSTRAINT schedule_pairingchoice_period_no_check CHECK ((period_no >= 0)),
    CONSTRAINT schedule_pairingchoice_weekday_check CHECK ((weekday >= 0))
);

CREATE TABLE public.schedule_period (
    id uuid NOT NULL,
    number smallint NOT NULL,
    name character varying(20) NOT NULL,
    starts time without time zone NOT NULL,
    ends time without time zone NOT NULL,
    schedule_id uuid NOT NULL,
    CONSTRAINT period_ends_after_start CHECK ((ends > starts)),
    CONSTRAINT period_number CHECK (((number >= 1) AND (number <= 20))),
    CONSTRAINT schedule_period_number_check CHECK ((number >= 0))
);

CREATE TABLE public.schedule_room (
    id uuid NOT NULL,
    name character varying(40) NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    class_group_id uuid,
    organization_id uuid NOT NULL,
    screen_account_id uuid
);

CREATE TABLE public.schedule_seat (
    id uuid NOT NULL,
    taken_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

CREATE TABLE public.schedule_timetable (
    id uuid NOT NULL,
    name character varying(60) NOT NULL,
    during daterange NOT NULL,
    state character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    organization_id uuid NOT NULL
);

CREATE TABLE public.schedule_timetablechange (
    id uuid NOT NULL,
    day date NOT NULL,
    kind character varying(10) NOT NULL,
    to_day date,
    to_period smallint,
    reason character varying(200) NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    teacher_id uuid,
    entry_id uuid NOT NULL,
    CONSTRAINT schedule_timetablechange_to_period_check CHECK ((to_period >= 0)),
    CONSTRAINT timetable_change_whole CHECK (((((kind)::text = 'cancelled'::text) AND (teacher_id IS NULL) AND (to_day IS NULL) AND (to_period IS NULL)) OR (((kind)::text = 'substitute'::text) AND (teacher_id IS NOT NULL) AND (to_day IS NULL) AND (to_period IS NULL)) OR (((kind)::text = 'moved'::text) AND (to_day IS NOT NULL) AND (to_period IS NOT NULL))))
);

CREATE TABLE public.schedule_timetableentry (
    id uuid NOT NULL,
    weekday smallint NOT NULL,
    period_no smallint NOT NULL,
    weeks character varying(5) NOT NULL,
    subject character varying(12) NOT NULL,
    class_group_id uuid NOT NULL,
    room_id uuid,
    teacher_id uuid,
    timetable_id uuid NOT NULL,
    CONSTRAINT schedule_timetableentry_period_no_check CHECK ((period_no >= 0)),
    CONSTRAINT schedule_timetableentry_weekday_check CHECK ((weekday >= 0)),
    CONSTRAINT timetable_entry_period CHECK (((period_no >= 1) AND (period_no <= 20))),
    CONSTRAINT timetable_entry_weekday CHECK ((weekday <= 6))
);

CREATE TABLE public.search_copy (
    id uuid NOT NULL,
    machine character varying(80) NOT NULL,
    generation character varying(40) NOT NULL,
    upto bigint NOT NULL,
    building_from bigint,
    documents bigint NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

CREATE TABLE public.search_mark (
    id bigint NOT NULL,
    xid bigint NOT NULL,
    kind character varying(40) NOT NULL,
    ids uuid[] NOT NULL,
    token character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL
);

ALTER TABLE public.search_mark ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.search_mark_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.series_series (
    id uuid NOT NULL,
    kind character varying(8) NOT NULL,
    title character varying(60) NOT NULL,
    words text NOT NULL,
    teacher_note character varying(40) NOT NULL,
    subject character varying(12) NOT NULL,
    stage character varying(12) NOT NULL,
    cover character varying(60) NOT NULL,
    access character varying(8) NOT NULL,
    state character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    alliance_id uuid,
    created_by_id uuid,
    organization_id uuid NOT NULL,
    region_id uuid,
    teacher_id uuid,
    CONSTRAINT series_for_whom CHECK (((((access)::text = 'public'::text) AND (alliance_id IS NULL) AND (region_id IS NULL)) OR (((access)::text = 'region'::text) AND (alliance_id IS NULL) AND (region_id IS NOT NULL)) OR (((access)::text = 'alliance'::text) AND (alliance_id IS NOT NULL) AND (region_id IS NULL)))),
    CONSTRAINT series_published_at CHECK (((NOT ((state)::text = 'published'::text)) OR (published_at IS NOT NULL)))
);

CREATE TABLE public.series_serieslesson (
    id uuid NOT NULL,
    "position" smallint NOT NULL,
    told_for timestamp with time zone,
    lesson_id uuid NOT NULL,
    series_id uuid NOT NULL,
    known_start timestamp with time zone,
    CONSTRAINT series_serieslesson_position_check CHECK (("position" >= 0))
);

CREATE TABLE public.series_subscription (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    person_id uuid NOT NULL,
    series_id uuid NOT NULL
);

CREATE TABLE public.sharing_bulkrow (
    id bigint NOT NULL,
    line integer NOT NULL,
    cells jsonb NOT NULL,
    key character varying(200) NOT NULL,
    state character varying(10) NOT NULL,
    why character varying(400) NOT NULL,
    resource_id uuid,
    run_id uuid NOT NULL,
    CONSTRAINT sharing_bulkrow_line_check CHECK ((line >= 0))
);

ALTER TABLE public.sharing_bulkrow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.sharing_bulkrow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sharing_bulkrun (
    id uuid NOT NULL,
    source character varying(80) NOT NULL,
    folder character varying(300) NOT NULL,
    sheet character varying(300) NOT NULL,
    heads jsonb NOT NULL,
    columns jsonb NOT NULL,
    usual jsonb NOT NULL,
    publish boolean NOT NULL,
    state character varying(10) NOT NULL,
    fault character varying(300) NOT NULL,
    cancel_asked boolean NOT NULL,
    counts jsonb NOT NULL,
    grant_id uuid,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    created_by_id uuid,
    organization_id uuid NOT NULL
);

CREATE TABLE public.sharing_cartridge (
    id uuid NOT NULL,
    grant_id uuid,
    state character varying(10) NOT NULL,
    fault character varying(300) NOT NULL,
    cancel_asked boolean NOT NULL,
    standard character varying(8) NOT NULL,
    course character varying(200) NOT NULL,
    title character varying(80) NOT NULL,
    facts jsonb NOT NULL,
    usual jsonb NOT NULL,
    hand_in boolean NOT NULL,
    packs jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    version_id uuid NOT NULL
);

CREATE TABLE public.sharing_cartridgepart (
    id bigint NOT NULL,
    line integer NOT NULL,
    kind character varying(12) NOT NULL,
    key character varying(200) NOT NULL,
    title character varying(120) NOT NULL,
    path jsonb NOT NULL,
    listed boolean NOT NULL,
    name character varying(600) NOT NULL,
    url character varying(600) NOT NULL,
    size bigint NOT NULL,
    files integer NOT NULL,
    facts jsonb NOT NULL,
    state character varying(10) NOT NULL,
    why character varying(400) NOT NULL,
    digest character varying(64) NOT NULL,
    cartridge_id uuid NOT NULL,
    resource_id uuid,
    CONSTRAINT sharing_cartridgepart_files_check CHECK ((files >= 0)),
    CONSTRAINT sharing_cartridgepart_line_check CHECK ((line >= 0))
);

ALTER TABLE public.sharing_cartridgepart ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.sharing_cartridgepart_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sharing_harvest (
    id uuid NOT NULL,
    state character varying(10) NOT NULL,
    since timestamp with time zone,
    answered_at timestamp with time zone,
    place smallint NOT NULL,
    token text NOT NULL,
    pages integer NOT NULL,
    made integer NOT NULL,
    changed integer NOT NULL,
    same integer NOT NULL,
    deleted integer NOT NULL,
    refused integer NOT NULL,
    whys jsonb NOT NULL,
    fault character varying(300) NOT NULL,
    waits_until timestamp with time zone,
    cancel_asked boolean NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    neighbour_id uuid NOT NULL,
    CONSTRAINT sharing_harvest_changed_check CHECK ((changed >= 0)),
    CONSTRAINT sharing_harvest_deleted_check CHECK ((deleted >= 0)),
    CONSTRAINT sharing_harvest_made_check CHECK ((made >= 0)),
    CONSTRAINT sharing_harvest_pages_check CHECK ((pages >= 0)),
    CONSTRAINT sharing_harvest_place_check CHECK ((place >= 0)),
    CONSTRAINT sharing_harvest_refused_check CHECK ((refused >= 0)),
    CONSTRAINT sharing_harvest_same_check CHECK ((same >= 0))
);

CREATE TABLE public.sharing_harvested (
    id bigint NOT NULL,
    identifier character varying(300) NOT NULL,
    said character varying(64) NOT NULL,
    gone boolean NOT NULL,
    url character varying(500) NOT NULL,
    resource_id uuid,
    neighbour_id uuid NOT NULL
);

ALTER TABLE public.sharing_harvested ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.sharing_harvested_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sharing_neighbour (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    url character varying(300) NOT NULL,
    prefix character varying(40) NOT NULL,
    sets jsonb NOT NULL,
    every smallint NOT NULL,
    show character varying(8) NOT NULL,
    licence character varying(12) NOT NULL,
    asked_to timestamp with time zone,
    coarse boolean NOT NULL,
    next_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    created_by_id uuid,
    organization_id uuid NOT NULL,
    CONSTRAINT sharing_neighbour_every_check CHECK ((every >= 0))
);

CREATE TABLE public.sharing_origin (
    resource_id uuid NOT NULL,
    source character varying(80) NOT NULL,
    key character varying(200) NOT NULL,
    said character varying(64) NOT NULL,
    seen character varying(60) NOT NULL,
    sha256 character varying(64) NOT NULL,
    organization_id uuid NOT NULL
);

CREATE TABLE public.sharing_record (
    id uuid NOT NULL,
    stamp timestamp with time zone NOT NULL,
    gone boolean NOT NULL,
    subject character varying(12) NOT NULL,
    stage character varying(12) NOT NULL,
    mark character varying(32) NOT NULL
);

CREATE TABLE public.socialaccount_socialaccount (
    id integer NOT NULL,
    provider character varying(200) NOT NULL,
    uid character varying(191) NOT NULL,
    last_login timestamp with time zone NOT NULL,
    date_joined timestamp with time zone NOT NULL,
    extra_data jsonb NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE public.socialaccount_socialaccount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.socialaccount_socialaccount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.socialaccount_socialapp (
    id integer NOT NULL,
    provider character varying(30) NOT NULL,
    name character varying(40) NOT NULL,
    client_id character varying(191) NOT NULL,
    secret character varying(191) NOT NULL,
    key character varying(191) NOT NULL,
    provider_id character varying(200) NOT NULL,
    settings jsonb NOT NULL
);

ALTER TABLE public.socialaccount_socialapp ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.socialaccount_socialapp_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.socialaccount_socialtoken (
    id integer NOT NULL,
    token text NOT NULL,
    token_secret text NOT NULL,
    expires_at timestamp with time zone,
    account_id integer NOT NULL,
    app_id integer
);

ALTER TABLE public.socialaccount_socialtoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.socialaccount_socialtoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.suggested_build (
    id bigint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    seconds double precision NOT NULL,
    people integer NOT NULL,
    resources integer NOT NULL,
    uses integer NOT NULL,
    pairs integer NOT NULL,
    CONSTRAINT suggested_build_pairs_check CHECK ((pairs >= 0)),
    CONSTRAINT suggested_build_people_check CHECK ((people >= 0)),
    CONSTRAINT suggested_build_resources_check CHECK ((resources >= 0)),
    CONSTRAINT suggested_build_uses_check CHECK ((uses >= 0))
);

ALTER TABLE public.suggested_build ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.suggested_build_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.suggested_hidden (
    id bigint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    person_id uuid NOT NULL,
    resource_id uuid NOT NULL
);

ALTER TABLE public.suggested_hidden ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.suggested_hidden_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.suggested_neighbour (
    id bigint NOT NULL,
    resource uuid NOT NULL,
    other uuid NOT NULL,
    strength double precision NOT NULL,
    together integer NOT NULL,
    CONSTRAINT suggested_neighbour_together_check CHECK ((together >= 0))
);

ALTER TABLE public.suggested_neighbour ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.suggested_neighbour_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.suggested_peeruse (
    id bigint NOT NULL,
    subject character varying(12) NOT NULL,
    stage character varying(12) NOT NULL,
    grade smallint NOT NULL,
    resource uuid NOT NULL,
    people integer NOT NULL,
    CONSTRAINT suggested_peeruse_grade_check CHECK ((grade >= 0)),
    CONSTRAINT suggested_peeruse_people_check CHECK ((people >= 0))
);

ALTER TABLE public.suggested_peeruse ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.suggested_peeruse_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.suggested_plain (
    person_id uuid NOT NULL,
    made_at timestamp with time zone NOT NULL
);

CREATE TABLE public.suggested_use (
    id bigint NOT NULL,
    ways smallint NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    person_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    CONSTRAINT suggested_use_ways_check CHECK ((ways >= 0)),
    CONSTRAINT use_in_some_way CHECK ((ways >= 1))
);

ALTER TABLE public.suggested_use ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.suggested_use_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.taxonomy_change (
    id bigint NOT NULL,
    action character varying(10) NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    name character varying(80) NOT NULL,
    undone_at timestamp with time zone,
    person_id uuid,
    framework_id uuid NOT NULL,
    node_id uuid
);

ALTER TABLE public.taxonomy_change ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.taxonomy_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.taxonomy_framework (
    id uuid NOT NULL,
    kind character varying(10) NOT NULL,
    subject character varying(12) NOT NULL,
    stage character varying(12) NOT NULL,
    name character varying(80) NOT NULL,
    code character varying(40) NOT NULL,
    words text NOT NULL,
    state character varying(10) NOT NULL,
    valid_from smallint NOT NULL,
    valid_to smallint,
    revision integer NOT NULL,
    published_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL,
    successor_id uuid,
    CONSTRAINT framework_not_own_successor CHECK ((NOT ((successor_id = id) AND (successor_id IS NOT NULL)))),
    CONSTRAINT framework_textbook_has_stage CHECK ((((kind)::text = 'points'::text) OR (NOT ((stage)::text = ''::text)))),
    CONSTRAINT framework_years CHECK (((valid_to IS NULL) OR (valid_to >= valid_from))),
    CONSTRAINT taxonomy_framework_revision_check CHECK ((revision >= 0)),
    CONSTRAINT taxonomy_framework_valid_from_check CHECK ((valid_from >= 0)),
    CONSTRAINT taxonomy_framework_valid_to_check CHECK ((valid_to >= 0))
);

CREATE TABLE public.taxonomy_link (
    id uuid NOT NULL,
    kind character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    destination_id uuid NOT NULL,
    origin_id uuid NOT NULL,
    CONSTRAINT link_not_to_self CHECK ((NOT (origin_id = destination_id))),
    CONSTRAINT link_related_once CHECK (((NOT ((kind)::text = 'related'::text)) OR (origin_id < destination_id)))
);

CREATE TABLE public.taxonomy_node (
    id uuid NOT NULL,
    kind character varying(8) NOT NULL,
    title character varying(120) NOT NULL,
    code character varying(60) NOT NULL,
    words character varying(400) NOT NULL,
    "position" integer NOT NULL,
    path public.ltree NOT NULL,
    grade smallint,
    term smallint,
    sort_key character varying(200) NOT NULL,
    search_text character varying(1000) NOT NULL,
    retired_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    framework_id uuid NOT NULL,
    parent_id uuid,
    CONSTRAINT node_grade CHECK (((grade IS NULL) OR ((grade >= 1) AND (grade <= 12)))),
    CONSTRAINT node_not_own_parent CHECK ((NOT ((parent_id = id) AND (parent_id IS NOT NULL)))),
    CONSTRAINT taxonomy_node_grade_check CHECK ((grade >= 0)),
    CONSTRAINT taxonomy_node_position_check CHECK (("position" >= 0)),
    CONSTRAINT taxonomy_node_term_check CHECK ((term >= 0))
);

CREATE TABLE public.taxonomy_upload (
    id uuid NOT NULL,
    form character varying(4) NOT NULL,
    title character varying(120) NOT NULL,
    rows jsonb NOT NULL,
    faults jsonb NOT NULL,
    retires_missing boolean NOT NULL,
    revision integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    applied_at timestamp with time zone,
    framework_id uuid NOT NULL,
    person_id uuid,
    CONSTRAINT taxonomy_upload_revision_check CHECK ((revision >= 0))
);

CREATE TABLE public.time_academicsession (
    id uuid NOT NULL,
    school_year smallint NOT NULL,
    kind character varying(8) NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    organization_id uuid,
    updated_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT term_ends_after_start CHECK ((ends_on > starts_on)),
    CONSTRAINT time_academicsession_school_year_check CHECK ((school_year >= 0))
);

CREATE TABLE public.time_specialday (
    id uuid NOT NULL,
    date date NOT NULL,
    kind character varying(8) NOT NULL,
    name character varying(40) NOT NULL,
    follows_weekday smallint,
    organization_id uuid,
    source character varying(120) NOT NULL,
    CONSTRAINT special_day_weekday CHECK (((follows_weekday IS NULL) OR (follows_weekday <= 6))),
    CONSTRAINT time_specialday_follows_weekday_check CHECK ((follows_weekday >= 0))
);

CREATE TABLE public.usersessions_usersession (
    id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ip inet NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    session_key character varying(40) NOT NULL,
    user_agent character varying(200) NOT NULL,
    data jsonb NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE public.usersessions_usersession ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.usersessions_usersession_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.wanted_answer (
    id uuid NOT NULL,
    words character varying(300) NOT NULL,
    state character varying(8) NOT NULL,
    why character varying(300) NOT NULL,
    decided_at timestamp with time zone,
    made_at timestamp with time zone NOT NULL,
    decided_by_id uuid,
    person_id uuid,
    resource_id uuid NOT NULL,
    call_id uuid NOT NULL,
    CONSTRAINT call_answer_decided CHECK ((((decided_at IS NULL) AND ((state)::text = 'waiting'::text)) OR ((NOT ((state)::text = 'waiting'::text)) AND (decided_at IS NOT NULL)))),
    CONSTRAINT call_answer_declined_why CHECK (((NOT ((state)::text = 'declined'::text)) OR (NOT ((why)::text = ''::text))))
);

CREATE TABLE public.wanted_call (
    id uuid NOT NULL,
    title character varying(80) NOT NULL,
    words text NOT NULL,
    subject character varying(12) NOT NULL,
    purposes character varying(12)[] NOT NULL,
    number smallint NOT NULL,
    due_on date NOT NULL,
    state character varying(10) NOT NULL,
    why character varying(300) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    alliance_id uuid,
    made_by_id uuid,
    organization_id uuid NOT NULL,
    CONSTRAINT call_ended CHECK ((((ended_at IS NULL) AND ((state)::text = 'open'::text)) OR ((NOT ((state)::text = 'open'::text)) AND (ended_at IS NOT NULL)))),
    CONSTRAINT call_number CHECK (((number >= 1) AND (number <= 200))),
    CONSTRAINT call_titled CHECK ((NOT ((title)::text = ''::text))),
    CONSTRAINT wanted_call_number_check CHECK ((number >= 0))
);

CREATE TABLE public.wanted_callnode (
    id bigint NOT NULL,
    call_id uuid NOT NULL,
    node_id uuid NOT NULL
);

ALTER TABLE public.wanted_callnode ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.wanted_callnode_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE UNLOGGED TABLE public.web_cache (
    cache_key character varying(255) NOT NULL,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);

CREATE TABLE public.web_savedview (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    list_key character varying(60) NOT NULL,
    name character varying(40) NOT NULL,
    query character varying(1000) NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.web_submission (
    token character varying(80) NOT NULL,
    result_url text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.workflow_application (
    id uuid NOT NULL,
    number character varying(16) NOT NULL,
    title character varying(120) NOT NULL,
    subject uuid,
    answers jsonb NOT NULL,
    state character varying(10) NOT NULL,
    step character varying(40) NOT NULL,
    round smallint NOT NULL,
    appealed boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    submitted_at timestamp with time zone,
    settled_at timestamp with time zone,
    applicant_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    workflow_id uuid NOT NULL,
    version_id uuid NOT NULL,
    CONSTRAINT application_end CHECK (((((state)::text = ANY (ARRAY[('draft'::character varying)::text, ('returned'::character varying)::text, ('review'::character varying)::text])) AND (settled_at IS NULL)) OR ((NOT ((state)::text = ANY (ARRAY[('draft'::character varying)::text, ('returned'::character varying)::text, ('review'::character varying)::text]))) AND (settled_at IS NOT NULL)))),
    CONSTRAINT application_step CHECK (((((state)::text = 'review'::text) AND (NOT ((step)::text = ''::text))) OR ((NOT ((state)::text = 'review'::text)) AND ((step)::text = ''::text)))),
    CONSTRAINT workflow_application_round_check CHECK ((round >= 0))
);

CREATE TABLE public.workflow_decision (
    id uuid NOT NULL,
    verdict character varying(8) NOT NULL,
    words text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    for_whom_id uuid,
    person_id uuid NOT NULL,
    task_id uuid NOT NULL
);

CREATE TABLE public.workflow_delegation (
    id uuid NOT NULL,
    role character varying(20) NOT NULL,
    first date NOT NULL,
    last date NOT NULL,
    ended_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    giver_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    taker_id uuid NOT NULL,
    CONSTRAINT delegation_dates CHECK ((last >= first)),
    CONSTRAINT delegation_to_another CHECK ((NOT (giver_id = taker_id)))
);

CREATE TABLE public.workflow_line (
    id bigint NOT NULL,
    what character varying(10) NOT NULL,
    at timestamp with time zone NOT NULL,
    step character varying(40) NOT NULL,
    name character varying(80) NOT NULL,
    words text NOT NULL,
    application_id uuid NOT NULL,
    person_id uuid
);

ALTER TABLE public.workflow_line ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.workflow_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.workflow_task (
    id uuid NOT NULL,
    step character varying(40) NOT NULL,
    round smallint NOT NULL,
    role character varying(20) NOT NULL,
    state character varying(8) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone,
    closed_at timestamp with time zone,
    told_on date,
    application_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    CONSTRAINT task_end CHECK (((((state)::text = 'open'::text) AND (closed_at IS NULL)) OR ((NOT ((state)::text = 'open'::text)) AND (closed_at IS NOT NULL)))),
    CONSTRAINT workflow_task_round_check CHECK ((round >= 0))
);

CREATE TABLE public.workflow_workflow (
    id uuid NOT NULL,
    key character varying(40) NOT NULL,
    title character varying(60) NOT NULL,
    words text NOT NULL,
    audience jsonb NOT NULL,
    about character varying(60) NOT NULL,
    state character varying(8) NOT NULL,
    opens_on date,
    closes_on date,
    created_at timestamp with time zone NOT NULL,
    created_by_id uuid,
    organization_id uuid NOT NULL,
    CONSTRAINT workflow_dates CHECK (((opens_on IS NULL) OR (closes_on IS NULL) OR (closes_on >= opens_on)))
);

CREATE TABLE public.workflow_workflowversion (
    id uuid NOT NULL,
    number smallint NOT NULL,
    schema jsonb NOT NULL,
    plan jsonb NOT NULL,
    published_at timestamp with time zone,
    made_by_id uuid,
    workflow_id uuid NOT NULL,
    CONSTRAINT workflow_workflowversion_number_check CHECK ((number >= 0))
);

ALTER TABLE ONLY public.procrastinate_events ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_events_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_jobs ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_jobs_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_periodic_defers ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_periodic_defers_id_seq'::regclass);

INSERT INTO public.time_specialday VALUES
	('c44332b5-db60-5c31-b57d-8e527077c570', '2026-01-01', 'holiday', '元旦', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('4df3694d-d8ad-5bee-b102-3810694bc8f9', '2026-01-02', 'holiday', '元旦', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('f396f534-6c31-538a-b588-e4f8de29e9ee', '2026-01-03', 'holiday', '元旦', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('7c631c57-b626-5142-82d7-575c4325aaea', '2026-01-04', 'workday', '元旦', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('c05ea7ce-b4c7-54f3-8004-850ad2054f0c', '2026-02-15', 'holiday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('72b4afbf-ecb3-59f0-a8d1-93f185d4b17a', '2026-02-16', 'holiday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('c8efc668-1a09-5b3e-bf7f-b26bdb3a6bcf', '2026-02-17', 'holiday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('0838f920-5bbd-5045-8793-5d88aecb17a2', '2026-02-18', 'holiday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('9f346eef-2044-5e30-a6f9-17973654da4d', '2026-02-19', 'holiday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('bc2abf0b-f204-5eda-914f-b9029b23b767', '2026-02-20', 'holiday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('b60f9944-8062-5ec0-8edd-daf12f4aaa32', '2026-02-21', 'holiday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('33cc5922-bdf1-5d8f-be4b-4c2467181962', '2026-02-22', 'holiday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('d57dd08e-1d89-5b72-aa55-9c0461370b45', '2026-02-23', 'holiday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('9a199fcb-af79-5f86-8332-79f4c47c97cd', '2026-02-14', 'workday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('5e9c581c-96e3-5e63-ab36-f798aa4e2d5f', '2026-02-28', 'workday', '春节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('7a1373b8-7f60-5d56-ae6d-04a2abf32d51', '2026-04-04', 'holiday', '清明节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('e8759911-d057-5a42-9a32-86653d711fc9', '2026-04-05', 'holiday', '清明节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('d3bf0c7d-22b7-510e-9880-b78f53a91b11', '2026-04-06', 'holiday', '清明节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('7d08a5bd-d402-5f9a-a4d5-01f0fc5852b0', '2026-05-01', 'holiday', '劳动节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('3fac313e-2092-5631-9a10-e9601c3bfb79', '2026-05-02', 'holiday', '劳动节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('f4e65105-7ac1-564b-aa1c-a61b0d2cdbfe', '2026-05-03', 'holiday', '劳动节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('77559cd0-8c9e-5319-9ef8-48379b95bc3e', '2026-05-04', 'holiday', '劳动节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('4ac63e7d-c5ea-5fe5-a409-4ba26d2e9aa5', '2026-05-05', 'holiday', '劳动节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('7d014495-b2e7-5b03-928c-fbf38ecac95c', '2026-05-09', 'workday', '劳动节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('2e60782d-6820-500b-8bf9-11bad469990b', '2026-06-19', 'holiday', '端午节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('b283aaca-0441-5a37-be2d-154a1aa5447a', '2026-06-20', 'holiday', '端午节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('af577328-5adf-54b9-90f5-f9be954b7da2', '2026-06-21', 'holiday', '端午节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('4652b60e-6d41-5250-b2e5-0f6d6ae5b4bc', '2026-09-25', 'holiday', '中秋节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('108432c8-1afc-5ee2-bba1-c6b0e5043c8e', '2026-09-26', 'holiday', '中秋节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('9f75b727-199e-569b-8443-d8593964cf23', '2026-09-27', 'holiday', '中秋节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('27a4f53d-9763-5a92-8e0a-7f84cf221fdb', '2026-10-01', 'holiday', '国庆节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('e57daab5-074b-53c4-ae23-d731fbc30de4', '2026-10-02', 'holiday', '国庆节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('5b9c2989-8d55-524b-9cfb-f59ce7731027', '2026-10-03', 'holiday', '国庆节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('a874ebdf-7c48-5b25-94b9-30122d000d5b', '2026-10-04', 'holiday', '国庆节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('0c6505cb-8105-5a2f-a748-c0f5557e77b8', '2026-10-05', 'holiday', '国庆节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('bf75d00f-b5e7-5d62-82e6-f390f3939b47', '2026-10-06', 'holiday', '国庆节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('7ff3ca15-7440-503a-af3f-54f579aa4cd9', '2026-10-07', 'holiday', '国庆节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('51d3d88c-2b34-57ec-bc42-2abac242b34e', '2026-09-20', 'workday', '国庆节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）'),
	('fa289f57-b6aa-5002-b744-452a29e56f8c', '2026-10-10', 'workday', '国庆节', NULL, NULL, '国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）');

SELECT pg_catalog.setval('public.account_emailaddress_id_seq', 1, false);

SELECT pg_catalog.setval('public.account_emailconfirmation_id_seq', 1, false);

SELECT pg_catalog.setval('public.allauth_idp_oidc_token_id_seq', 1, false);

SELECT pg_catalog.setval('public.auth_group_id_seq', 1, false);

SELECT pg_catalog.setval('public.auth_group_permissions_id_seq', 1, false);

SELECT pg_catalog.setval('public.connect_client_units_id_seq', 1, false);

SELECT pg_catalog.setval('public.connect_clientuse_id_seq', 1, false);

SELECT pg_catalog.setval('public.desk_tally_id_seq', 1, false);

SELECT pg_catalog.setval('public.exchange_finding_id_seq', 1, false);

SELECT pg_catalog.setval('public.exchange_senterrors_id_seq', 1, false);

SELECT pg_catalog.setval('public.exchange_sheetcorrection_id_seq', 1, false);

SELECT pg_catalog.setval('public.exchange_sheetfile_id_seq', 1, false);

SELECT pg_catalog.setval('public.exchange_sheetmapping_id_seq', 1, false);

SELECT pg_catalog.setval('public.exchange_sheetrow_id_seq', 1, false);

SELECT pg_catalog.setval('public.exchange_sourcekey_id_seq', 1, false);

SELECT pg_catalog.setval('public.exchange_stagedrow_id_seq', 1, false);

SELECT pg_catalog.setval('public.journal_delivery_id_seq', 1, false);

SELECT pg_catalog.setval('public.journal_outboxevent_sequence_seq', 1, false);

SELECT pg_catalog.setval('public.messaging_delivery_id_seq', 1, false);

SELECT pg_catalog.setval('public.messaging_receipt_id_seq', 1, false);

SELECT pg_catalog.setval('public.mfa_authenticator_id_seq', 1, false);

SELECT pg_catalog.setval('public.privacy_retentionrun_id_seq', 1, false);

SELECT pg_catalog.setval('public.procrastinate_events_id_seq', 1, false);

SELECT pg_catalog.setval('public.procrastinate_jobs_id_seq', 1, false);

SELECT pg_catalog.setval('public.procrastinate_periodic_defers_id_seq', 1, false);

SELECT pg_catalog.setval('public.procrastinate_workers_id_seq', 1, false);

SELECT pg_catalog.setval('public.recorders_recorderline_id_seq', 1, false);

SELECT pg_catalog.setval('public.roster_batchitem_id_seq', 1, false);

SELECT pg_catalog.setval('public.search_mark_id_seq', 1, false);

SELECT pg_catalog.setval('public.sharing_bulkrow_id_seq', 1, false);

SELECT pg_catalog.setval('public.sharing_cartridgepart_id_seq', 1, false);

SELECT pg_catalog.setval('public.sharing_harvested_id_seq', 1, false);

SELECT pg_catalog.setval('public.socialaccount_socialaccount_id_seq', 1, false);

SELECT pg_catalog.setval('public.socialaccount_socialapp_id_seq', 1, false);

SELECT pg_catalog.setval('public.socialaccount_socialtoken_id_seq', 1, false);

SELECT pg_catalog.setval('public.suggested_build_id_seq', 1, false);

SELECT pg_catalog.setval('public.suggested_hidden_id_seq', 1, false);

SELECT pg_catalog.setval('public.suggested_neighbour_id_seq', 1, false);

SELECT pg_catalog.setval('public.suggested_peeruse_id_seq', 1, false);

SELECT pg_catalog.setval('public.suggested_use_id_seq', 1, false);

SELECT pg_catalog.setval('public.taxonomy_change_id_seq', 1, false);

SELECT pg_catalog.setval('public.usersessions_usersession_id_seq', 1, false);

SELECT pg_catalog.setval('public.wanted_callnode_id_seq', 1, false);

SELECT pg_catalog.setval('public.workflow_line_id_seq', 1, false);

ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_email_987c8728_uniq UNIQUE (user_id, email);

ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_key_key UNIQUE (key);

ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.allauth_idp_oidc_client
    ADD CONSTRAINT allauth_idp_oidc_client_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.allauth_idp_oidc_token
    ADD CONSTRAINT allauth_idp_oidc_token_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.allauth_idp_oidc_token
    ADD CONSTRAINT allauth_idp_oidc_token_type_hash_cca00f1c_uniq UNIQUE (type, hash);

ALTER TABLE ONLY public.schedule_alliancemember
    ADD CONSTRAINT alliance_member_once UNIQUE (alliance_id, organization_id);

ALTER TABLE ONLY public.schedule_alliance
    ADD CONSTRAINT alliance_name_once UNIQUE (name, starts_on);

ALTER TABLE ONLY public.live_attendance
    ADD CONSTRAINT attendance_once UNIQUE (session_id, viewer);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_batchitem
    ADD CONSTRAINT batch_item_once UNIQUE (batch_id, person_id);

ALTER TABLE ONLY public.schedule_bellschedule
    ADD CONSTRAINT bell_schedule_one_a_day EXCLUDE USING gist (organization_id WITH =, during WITH &&);

ALTER TABLE ONLY public.sharing_bulkrow
    ADD CONSTRAINT bulk_row_once UNIQUE (run_id, line);

ALTER TABLE ONLY public.schedule_calendarfeed
    ADD CONSTRAINT calendar_feed_once UNIQUE NULLS NOT DISTINCT (account_id, teacher_id, class_group_id);

ALTER TABLE ONLY public.wanted_answer
    ADD CONSTRAINT call_answer_once UNIQUE (call_id, resource_id);

ALTER TABLE ONLY public.wanted_callnode
    ADD CONSTRAINT call_node_once UNIQUE (call_id, node_id);

ALTER TABLE ONLY public.sharing_cartridgepart
    ADD CONSTRAINT cartridge_part_once UNIQUE (cartridge_id, line);

ALTER TABLE ONLY public.live_chatword
    ADD CONSTRAINT chat_word_once UNIQUE (organization_id, plain);

ALTER TABLE ONLY public.connect_clientuse
    ADD CONSTRAINT client_use_once UNIQUE (client_id, minute);

ALTER TABLE ONLY public.connect_client
    ADD CONSTRAINT connect_client_oidc_id_key UNIQUE (oidc_id);

ALTER TABLE ONLY public.connect_client
    ADD CONSTRAINT connect_client_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.connect_client_units
    ADD CONSTRAINT connect_client_units_client_id_organization_id_64dd89b1_uniq UNIQUE (client_id, organization_id);

ALTER TABLE ONLY public.connect_client_units
    ADD CONSTRAINT connect_client_units_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.connect_clientuse
    ADD CONSTRAINT connect_clientuse_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.connect_signon
    ADD CONSTRAINT connect_signon_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.connect_spenttoken
    ADD CONSTRAINT connect_spenttoken_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT decision_once UNIQUE (task_id, person_id);

ALTER TABLE ONLY public.journal_delivery
    ADD CONSTRAINT deliver_once UNIQUE (event_id, receiver);

ALTER TABLE ONLY public.messaging_delivery
    ADD CONSTRAINT delivery_once UNIQUE (receipt_id, channel);

ALTER TABLE ONLY public.desk_correction
    ADD CONSTRAINT desk_correction_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.desk_deskcontact
    ADD CONSTRAINT desk_deskcontact_organization_id_key UNIQUE (organization_id);

ALTER TABLE ONLY public.desk_deskcontact
    ADD CONSTRAINT desk_deskcontact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.desk_headcount
    ADD CONSTRAINT desk_headcount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.desk_outcome
    ADD CONSTRAINT desk_outcome_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.desk_tally
    ADD CONSTRAINT desk_tally_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.desk_ticket
    ADD CONSTRAINT desk_ticket_number_key UNIQUE (number);

ALTER TABLE ONLY public.desk_ticket
    ADD CONSTRAINT desk_ticket_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.desk_ticketnote
    ADD CONSTRAINT desk_ticketnote_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);

ALTER TABLE ONLY public.media_epoch
    ADD CONSTRAINT epoch_client_once UNIQUE (stream_id, client_id);

ALTER TABLE ONLY public.media_epoch
    ADD CONSTRAINT epoch_number_once UNIQUE (stream_id, number);

ALTER TABLE ONLY public.exchange_export
    ADD CONSTRAINT exchange_export_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_finding
    ADD CONSTRAINT exchange_finding_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_importrun
    ADD CONSTRAINT exchange_importrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_pull
    ADD CONSTRAINT exchange_pull_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_senterrors
    ADD CONSTRAINT exchange_senterrors_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_sheetcorrection
    ADD CONSTRAINT exchange_sheetcorrection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_sheetfile
    ADD CONSTRAINT exchange_sheetfile_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_sheetmapping
    ADD CONSTRAINT exchange_sheetmapping_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_sheetrow
    ADD CONSTRAINT exchange_sheetrow_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_source
    ADD CONSTRAINT exchange_source_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_sourcekey
    ADD CONSTRAINT exchange_sourcekey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_stagedrow
    ADD CONSTRAINT exchange_stagedrow_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_weekimport
    ADD CONSTRAINT exchange_weekimport_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.resources_favourite
    ADD CONSTRAINT favourite_once UNIQUE (resource_id, person_id);

ALTER TABLE ONLY public.follows_follow
    ADD CONSTRAINT follow_once UNIQUE NULLS NOT DISTINCT (person_id, node_id, author_id, organization_id, subject, stage, grade, kind, purpose, words);

ALTER TABLE ONLY public.follows_follow
    ADD CONSTRAINT follows_follow_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.follows_gathering
    ADD CONSTRAINT follows_gathering_day_key UNIQUE (day);

ALTER TABLE ONLY public.follows_gathering
    ADD CONSTRAINT follows_gathering_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.follows_reader
    ADD CONSTRAINT follows_reader_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.roster_guardianship
    ADD CONSTRAINT guardianship_once UNIQUE (guardian_id, student_id);

ALTER TABLE ONLY public.sharing_harvested
    ADD CONSTRAINT harvested_once UNIQUE (neighbour_id, identifier);

ALTER TABLE ONLY public.desk_headcount
    ADD CONSTRAINT head_count_once UNIQUE (lesson_id, class_group_id);

ALTER TABLE ONLY public.suggested_hidden
    ADD CONSTRAINT hidden_once UNIQUE (person_id, resource_id);

ALTER TABLE ONLY public.identity_account
    ADD CONSTRAINT identity_account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_account
    ADD CONSTRAINT identity_account_username_key UNIQUE (username);

ALTER TABLE ONLY public.identity_loginname
    ADD CONSTRAINT identity_loginname_index_key UNIQUE (index);

ALTER TABLE ONLY public.identity_loginname
    ADD CONSTRAINT identity_loginname_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_recoverycode
    ADD CONSTRAINT identity_recoverycode_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.interactive_package
    ADD CONSTRAINT interactive_package_pkey PRIMARY KEY (blob_id);

ALTER TABLE ONLY public.interactive_runstate
    ADD CONSTRAINT interactive_run_once UNIQUE (version_id, person_id, attempt);

ALTER TABLE ONLY public.interactive_runstate
    ADD CONSTRAINT interactive_runstate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal_delivery
    ADD CONSTRAINT journal_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal_journalentry
    ADD CONSTRAINT journal_journalentry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.journal_outboxevent
    ADD CONSTRAINT journal_outboxevent_id_key UNIQUE (id);

ALTER TABLE ONLY public.journal_outboxevent
    ADD CONSTRAINT journal_outboxevent_pkey PRIMARY KEY (sequence);

ALTER TABLE ONLY public.packs_judgement
    ADD CONSTRAINT judgement_once UNIQUE (attachment_id, resource_id, person_id);

ALTER TABLE ONLY public.live_lessonevent
    ADD CONSTRAINT lesson_event_once UNIQUE (session_id, seq);

ALTER TABLE ONLY public.schedule_lesson
    ADD CONSTRAINT lesson_once_an_entry_and_day UNIQUE (entry_id, entry_day);

ALTER TABLE ONLY public.live_lessonpage
    ADD CONSTRAINT lesson_page_once UNIQUE (upload_id, number);

ALTER TABLE ONLY public.live_lessonpoll
    ADD CONSTRAINT lesson_poll_once UNIQUE (session_id, number);

ALTER TABLE ONLY public.schedule_lessonreceiver
    ADD CONSTRAINT lesson_receiver_once UNIQUE (lesson_id, class_group_id);

ALTER TABLE ONLY public.taxonomy_link
    ADD CONSTRAINT link_once UNIQUE (origin_id, kind, destination_id);

ALTER TABLE ONLY public.live_attendance
    ADD CONSTRAINT live_attendance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.live_attendanceinterval
    ADD CONSTRAINT live_attendanceinterval_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.live_chatword
    ADD CONSTRAINT live_chatword_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.live_lessonevent
    ADD CONSTRAINT live_lessonevent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.live_lessonpage
    ADD CONSTRAINT live_lessonpage_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.live_lessonpoll
    ADD CONSTRAINT live_lessonpoll_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.live_livenode
    ADD CONSTRAINT live_livenode_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.live_livesession
    ADD CONSTRAINT live_livesession_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.live_livesession
    ADD CONSTRAINT live_livesession_stream_id_key UNIQUE (stream_id);

ALTER TABLE ONLY public.live_pageupload
    ADD CONSTRAINT live_pageupload_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.live_preparedpoll
    ADD CONSTRAINT live_preparedpoll_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.live_qualityreport
    ADD CONSTRAINT live_qualityreport_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_loginname
    ADD CONSTRAINT login_name_once UNIQUE (account_id, kind, index);

ALTER TABLE ONLY public.media_epoch
    ADD CONSTRAINT media_epoch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.media_mediakey
    ADD CONSTRAINT media_key_number_once UNIQUE (stream_id, number);

ALTER TABLE ONLY public.media_mediakey
    ADD CONSTRAINT media_mediakey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.media_stream
    ADD CONSTRAINT media_stream_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.media_stream
    ADD CONSTRAINT media_stream_token_key UNIQUE (token);

ALTER TABLE ONLY public.messaging_delivery
    ADD CONSTRAINT messaging_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messaging_notice
    ADD CONSTRAINT messaging_notice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messaging_preference
    ADD CONSTRAINT messaging_preference_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.messaging_pushdevice
    ADD CONSTRAINT messaging_pushdevice_digest_key UNIQUE (digest);

ALTER TABLE ONLY public.messaging_pushdevice
    ADD CONSTRAINT messaging_pushdevice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messaging_receipt
    ADD CONSTRAINT messaging_receipt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.mfa_authenticator
    ADD CONSTRAINT mfa_authenticator_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_neighbour
    ADD CONSTRAINT neighbour_once UNIQUE (organization_id, url);

ALTER TABLE ONLY public.taxonomy_node
    ADD CONSTRAINT node_code UNIQUE (framework_id, code);

ALTER TABLE ONLY public.roster_notduplicates
    ADD CONSTRAINT not_duplicates_once UNIQUE (low_id, high_id);

ALTER TABLE ONLY public.schedule_courseoffering
    ADD CONSTRAINT offering_once UNIQUE NULLS NOT DISTINCT (course_id, class_group_id, session_id);

ALTER TABLE ONLY public.sharing_origin
    ADD CONSTRAINT origin_once UNIQUE (organization_id, source, key);

ALTER TABLE ONLY public.desk_outcome
    ADD CONSTRAINT outcome_once UNIQUE (lesson_id, class_group_id);

ALTER TABLE ONLY public.packs_packitem
    ADD CONSTRAINT pack_item_once UNIQUE (pack_id, resource_id);

ALTER TABLE ONLY public.packs_attachment
    ADD CONSTRAINT pack_once_a_class UNIQUE (pack_id, class_group_id);

ALTER TABLE ONLY public.packs_attachment
    ADD CONSTRAINT pack_once_a_lesson UNIQUE (pack_id, lesson_id);

ALTER TABLE ONLY public.packs_packitem
    ADD CONSTRAINT pack_place_once UNIQUE (pack_id, "position") DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_attachment
    ADD CONSTRAINT packs_attachment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.packs_judgement
    ADD CONSTRAINT packs_judgement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.packs_pack
    ADD CONSTRAINT packs_pack_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.packs_packitem
    ADD CONSTRAINT packs_packitem_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_pairingchoice
    ADD CONSTRAINT pairing_choice_once UNIQUE (pairing_id, weekday, period_no, weeks);

ALTER TABLE ONLY public.schedule_pairing
    ADD CONSTRAINT pairing_one_source EXCLUDE USING gist (receiver_id WITH =, subject WITH =, during WITH &&);

ALTER TABLE ONLY public.schedule_period
    ADD CONSTRAINT period_once UNIQUE (schedule_id, number);

ALTER TABLE ONLY public.roster_person
    ADD CONSTRAINT person_citizen_id UNIQUE (citizen_id_index);

ALTER TABLE ONLY public.roster_person
    ADD CONSTRAINT person_student_number UNIQUE (student_number_index);

ALTER TABLE ONLY public.resources_placement
    ADD CONSTRAINT placement_once UNIQUE (resource_id, node_id);

ALTER TABLE ONLY public.privacy_consent
    ADD CONSTRAINT privacy_consent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.privacy_erasure
    ADD CONSTRAINT privacy_erasure_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.privacy_retentionperiod
    ADD CONSTRAINT privacy_retentionperiod_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.privacy_retentionrun
    ADD CONSTRAINT privacy_retentionrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp);

ALTER TABLE ONLY public.procrastinate_workers
    ADD CONSTRAINT procrastinate_workers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_promotion
    ADD CONSTRAINT promotion_once_a_run UNIQUE (run_id, organization_id);

ALTER TABLE ONLY public.exchange_pull
    ADD CONSTRAINT pull_once UNIQUE (client_id, question);

ALTER TABLE ONLY public.resources_rating
    ADD CONSTRAINT rating_once UNIQUE (resource_id, person_id);

ALTER TABLE ONLY public.messaging_receipt
    ADD CONSTRAINT receipt_once UNIQUE (notice_id, person_id);

ALTER TABLE ONLY public.recorders_recorder
    ADD CONSTRAINT recorders_recorder_key_index_key UNIQUE (key_index);

ALTER TABLE ONLY public.recorders_recorder
    ADD CONSTRAINT recorders_recorder_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.recorders_recorderline
    ADD CONSTRAINT recorders_recorderline_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.recordings_making
    ADD CONSTRAINT recordings_making_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.recordings_recording
    ADD CONSTRAINT recordings_recording_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.recordings_recording
    ADD CONSTRAINT recordings_recording_session_id_key UNIQUE (session_id);

ALTER TABLE ONLY public.resources_rendition
    ADD CONSTRAINT rendition_once UNIQUE (film_id, number);

ALTER TABLE ONLY public.resources_resourceversion
    ADD CONSTRAINT resource_version_once UNIQUE (resource_id, number);

ALTER TABLE ONLY public.resources_blob
    ADD CONSTRAINT resources_blob_pkey PRIMARY KEY (sha256);

ALTER TABLE ONLY public.resources_fault
    ADD CONSTRAINT resources_fault_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.resources_favourite
    ADD CONSTRAINT resources_favourite_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.resources_film
    ADD CONSTRAINT resources_film_pkey PRIMARY KEY (blob_id);

ALTER TABLE ONLY public.resources_placement
    ADD CONSTRAINT resources_placement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.resources_rating
    ADD CONSTRAINT resources_rating_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.resources_rendition
    ADD CONSTRAINT resources_rendition_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.resources_resource
    ADD CONSTRAINT resources_resource_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.resources_resourceversion
    ADD CONSTRAINT resources_resourceversion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.resources_subtitle
    ADD CONSTRAINT resources_subtitle_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.resources_upload
    ADD CONSTRAINT resources_upload_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_room
    ADD CONSTRAINT room_name_once UNIQUE (organization_id, name);

ALTER TABLE ONLY public.roster_batch
    ADD CONSTRAINT roster_batch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_batchitem
    ADD CONSTRAINT roster_batchitem_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_bindingcode
    ADD CONSTRAINT roster_bindingcode_index_key UNIQUE (index);

ALTER TABLE ONLY public.roster_bindingcode
    ADD CONSTRAINT roster_bindingcode_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_classgroup
    ADD CONSTRAINT roster_classgroup_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_guardianship
    ADD CONSTRAINT roster_guardianship_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_membership
    ADD CONSTRAINT roster_membership_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_notduplicates
    ADD CONSTRAINT roster_notduplicates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_organization
    ADD CONSTRAINT roster_organization_path_key UNIQUE (path);

ALTER TABLE ONLY public.roster_organization
    ADD CONSTRAINT roster_organization_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_person
    ADD CONSTRAINT roster_person_account_id_key UNIQUE (account_id);

ALTER TABLE ONLY public.roster_person
    ADD CONSTRAINT roster_person_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_personmerge
    ADD CONSTRAINT roster_personmerge_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_personsearch
    ADD CONSTRAINT roster_personsearch_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.roster_promotion
    ADD CONSTRAINT roster_promotion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_promotionrun
    ADD CONSTRAINT roster_promotionrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.roster_rolegrant
    ADD CONSTRAINT roster_rolegrant_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.web_savedview
    ADD CONSTRAINT saved_view_name_once UNIQUE (account_id, list_key, name);

ALTER TABLE ONLY public.schedule_alliance
    ADD CONSTRAINT schedule_alliance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_alliancemember
    ADD CONSTRAINT schedule_alliancemember_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_bellschedule
    ADD CONSTRAINT schedule_bellschedule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_calendarfeed
    ADD CONSTRAINT schedule_calendarfeed_digest_key UNIQUE (digest);

ALTER TABLE ONLY public.schedule_calendarfeed
    ADD CONSTRAINT schedule_calendarfeed_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_course
    ADD CONSTRAINT schedule_course_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_courseoffering
    ADD CONSTRAINT schedule_courseoffering_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_invitation
    ADD CONSTRAINT schedule_invitation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_lesson
    ADD CONSTRAINT schedule_lesson_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_lessonreceiver
    ADD CONSTRAINT schedule_lessonreceiver_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_occupancy
    ADD CONSTRAINT schedule_occupancy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_pairing
    ADD CONSTRAINT schedule_pairing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_pairingchoice
    ADD CONSTRAINT schedule_pairingchoice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_period
    ADD CONSTRAINT schedule_period_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_room
    ADD CONSTRAINT schedule_room_class_group_id_key UNIQUE (class_group_id);

ALTER TABLE ONLY public.schedule_room
    ADD CONSTRAINT schedule_room_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_room
    ADD CONSTRAINT schedule_room_screen_account_id_key UNIQUE (screen_account_id);

ALTER TABLE ONLY public.schedule_seat
    ADD CONSTRAINT schedule_seat_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_timetable
    ADD CONSTRAINT schedule_timetable_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_timetablechange
    ADD CONSTRAINT schedule_timetablechange_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_timetableentry
    ADD CONSTRAINT schedule_timetableentry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.search_copy
    ADD CONSTRAINT search_copy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.search_mark
    ADD CONSTRAINT search_mark_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_senterrors
    ADD CONSTRAINT sent_errors_once UNIQUE (run_id, organization_id);

ALTER TABLE ONLY public.series_serieslesson
    ADD CONSTRAINT series_lesson_once UNIQUE (series_id, lesson_id);

ALTER TABLE ONLY public.series_serieslesson
    ADD CONSTRAINT series_place_once UNIQUE (series_id, "position") DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.series_series
    ADD CONSTRAINT series_series_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.series_serieslesson
    ADD CONSTRAINT series_serieslesson_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.series_subscription
    ADD CONSTRAINT series_subscription_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_bulkrow
    ADD CONSTRAINT sharing_bulkrow_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_bulkrun
    ADD CONSTRAINT sharing_bulkrun_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_cartridge
    ADD CONSTRAINT sharing_cartridge_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_cartridge
    ADD CONSTRAINT sharing_cartridge_version_id_key UNIQUE (version_id);

ALTER TABLE ONLY public.sharing_cartridgepart
    ADD CONSTRAINT sharing_cartridgepart_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_harvest
    ADD CONSTRAINT sharing_harvest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_harvested
    ADD CONSTRAINT sharing_harvested_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_harvested
    ADD CONSTRAINT sharing_harvested_resource_id_key UNIQUE (resource_id);

ALTER TABLE ONLY public.sharing_neighbour
    ADD CONSTRAINT sharing_neighbour_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sharing_origin
    ADD CONSTRAINT sharing_origin_pkey PRIMARY KEY (resource_id);

ALTER TABLE ONLY public.sharing_record
    ADD CONSTRAINT sharing_record_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_sheetfile
    ADD CONSTRAINT sheet_file_once UNIQUE (run_id, label);

ALTER TABLE ONLY public.exchange_sheetmapping
    ADD CONSTRAINT sheet_mapping_once UNIQUE (organization_id, signature);

ALTER TABLE ONLY public.exchange_sheetrow
    ADD CONSTRAINT sheet_row_once UNIQUE (sheet_id, row_no);

ALTER TABLE ONLY public.connect_signon
    ADD CONSTRAINT sign_on_once UNIQUE (client_id, account_id);

ALTER TABLE ONLY public.socialaccount_socialaccount
    ADD CONSTRAINT socialaccount_socialaccount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.socialaccount_socialaccount
    ADD CONSTRAINT socialaccount_socialaccount_provider_uid_fc810c6e_uniq UNIQUE (provider, uid);

ALTER TABLE ONLY public.socialaccount_socialapp
    ADD CONSTRAINT socialaccount_socialapp_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.socialaccount_socialtoken
    ADD CONSTRAINT socialaccount_socialtoken_app_id_account_id_fca4e0ac_uniq UNIQUE (app_id, account_id);

ALTER TABLE ONLY public.socialaccount_socialtoken
    ADD CONSTRAINT socialaccount_socialtoken_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_sourcekey
    ADD CONSTRAINT source_key_once UNIQUE (source_id, entity, sourced_id);

ALTER TABLE ONLY public.exchange_source
    ADD CONSTRAINT source_name_once UNIQUE (organization_id, name);

ALTER TABLE ONLY public.time_specialday
    ADD CONSTRAINT special_day_once UNIQUE NULLS NOT DISTINCT (date, organization_id);

ALTER TABLE ONLY public.series_subscription
    ADD CONSTRAINT subscription_once UNIQUE (series_id, person_id);

ALTER TABLE ONLY public.resources_subtitle
    ADD CONSTRAINT subtitle_once UNIQUE (version_id, language);

ALTER TABLE ONLY public.suggested_build
    ADD CONSTRAINT suggested_build_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.suggested_hidden
    ADD CONSTRAINT suggested_hidden_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.suggested_neighbour
    ADD CONSTRAINT suggested_neighbour_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.suggested_peeruse
    ADD CONSTRAINT suggested_peeruse_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.suggested_plain
    ADD CONSTRAINT suggested_plain_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.suggested_use
    ADD CONSTRAINT suggested_use_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.desk_tally
    ADD CONSTRAINT tally_once UNIQUE NULLS NOT DISTINCT (class_group_id, day, organization_id, sender_id, alliance_id, cause);

ALTER TABLE ONLY public.taxonomy_change
    ADD CONSTRAINT taxonomy_change_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.taxonomy_framework
    ADD CONSTRAINT taxonomy_framework_code_key UNIQUE (code);

ALTER TABLE ONLY public.taxonomy_framework
    ADD CONSTRAINT taxonomy_framework_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.taxonomy_framework
    ADD CONSTRAINT taxonomy_framework_successor_id_key UNIQUE (successor_id);

ALTER TABLE ONLY public.taxonomy_link
    ADD CONSTRAINT taxonomy_link_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.taxonomy_node
    ADD CONSTRAINT taxonomy_node_path_key UNIQUE (path);

ALTER TABLE ONLY public.taxonomy_node
    ADD CONSTRAINT taxonomy_node_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.taxonomy_upload
    ADD CONSTRAINT taxonomy_upload_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.time_academicsession
    ADD CONSTRAINT term_once UNIQUE NULLS NOT DISTINCT (school_year, kind, organization_id);

ALTER TABLE ONLY public.time_academicsession
    ADD CONSTRAINT time_academicsession_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.time_specialday
    ADD CONSTRAINT time_specialday_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_timetablechange
    ADD CONSTRAINT timetable_change_once UNIQUE (entry_id, day);

ALTER TABLE ONLY public.schedule_timetableentry
    ADD CONSTRAINT timetable_entry_once UNIQUE (timetable_id, class_group_id, weekday, period_no, weeks);

ALTER TABLE ONLY public.schedule_timetable
    ADD CONSTRAINT timetable_one_a_day EXCLUDE USING gist (organization_id WITH =, during WITH &&) WHERE (((state)::text = 'published'::text));

ALTER TABLE ONLY public.suggested_use
    ADD CONSTRAINT use_once UNIQUE (person_id, resource_id);

ALTER TABLE ONLY public.usersessions_usersession
    ADD CONSTRAINT usersessions_usersession_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.usersessions_usersession
    ADD CONSTRAINT usersessions_usersession_session_key_key UNIQUE (session_key);

ALTER TABLE ONLY public.wanted_answer
    ADD CONSTRAINT wanted_answer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.wanted_call
    ADD CONSTRAINT wanted_call_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.wanted_callnode
    ADD CONSTRAINT wanted_callnode_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.web_cache
    ADD CONSTRAINT web_cache_pkey PRIMARY KEY (cache_key);

ALTER TABLE ONLY public.web_savedview
    ADD CONSTRAINT web_savedview_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.web_submission
    ADD CONSTRAINT web_submission_pkey PRIMARY KEY (token);

ALTER TABLE ONLY public.workflow_application
    ADD CONSTRAINT workflow_application_number_key UNIQUE (number);

ALTER TABLE ONLY public.workflow_application
    ADD CONSTRAINT workflow_application_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_decision_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_delegation
    ADD CONSTRAINT workflow_delegation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_workflow
    ADD CONSTRAINT workflow_key_once UNIQUE (organization_id, key);

ALTER TABLE ONLY public.workflow_line
    ADD CONSTRAINT workflow_line_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_task
    ADD CONSTRAINT workflow_task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_workflowversion
    ADD CONSTRAINT workflow_version_once UNIQUE (workflow_id, number);

ALTER TABLE ONLY public.workflow_workflow
    ADD CONSTRAINT workflow_workflow_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.workflow_workflowversion
    ADD CONSTRAINT workflow_workflowversion_pkey PRIMARY KEY (id);

CREATE INDEX account_emailaddress_email_03be32b2 ON public.account_emailaddress USING btree (email);

CREATE INDEX account_emailaddress_email_03be32b2_like ON public.account_emailaddress USING btree (email varchar_pattern_ops);

CREATE INDEX account_emailaddress_user_id_2c513194 ON public.account_emailaddress USING btree (user_id);

CREATE INDEX account_emailconfirmation_email_address_id_5b7f8c58 ON public.account_emailconfirmation USING btree (email_address_id);

CREATE INDEX account_emailconfirmation_key_f43612bd_like ON public.account_emailconfirmation USING btree (key varchar_pattern_ops);

CREATE UNIQUE INDEX account_username_nocase ON public.identity_account USING btree (lower((username)::text));

CREATE INDEX allauth_idp_oidc_client_id_973c9a60_like ON public.allauth_idp_oidc_client USING btree (id varchar_pattern_ops);

CREATE INDEX allauth_idp_oidc_client_owner_id_1f1eb0f1 ON public.allauth_idp_oidc_client USING btree (owner_id);

CREATE INDEX allauth_idp_oidc_token_client_id_cad2cd57 ON public.allauth_idp_oidc_token USING btree (client_id);

CREATE INDEX allauth_idp_oidc_token_client_id_cad2cd57_like ON public.allauth_idp_oidc_token USING btree (client_id varchar_pattern_ops);

CREATE INDEX allauth_idp_oidc_token_expires_at_f6e6261a ON public.allauth_idp_oidc_token USING btree (expires_at);

CREATE INDEX allauth_idp_oidc_token_user_id_3e9a005f ON public.allauth_idp_oidc_token USING btree (user_id);

CREATE INDEX application_mine ON public.workflow_application USING btree (applicant_id, created_at DESC);

CREATE UNIQUE INDEX application_one_about_a_thing ON public.workflow_application USING btree (workflow_id, subject) WHERE (((state)::text = ANY (ARRAY[('draft'::character varying)::text, ('returned'::character varying)::text, ('review'::character varying)::text])) AND (subject IS NOT NULL));

CREATE INDEX application_workflow ON public.workflow_application USING btree (workflow_id, state, submitted_at DESC);

CREATE INDEX attendance_class ON public.live_attendance USING btree (class_group_id, first_seen DESC);

CREATE INDEX attendance_interval_order ON public.live_attendanceinterval USING btree (attendance_id, started_at);

CREATE INDEX attendance_person ON public.live_attendance USING btree (person_id, first_seen DESC);

CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);

CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);

CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);

CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);

CREATE INDEX batch_creator ON public.roster_batch USING btree (created_by_id, created_at DESC);

CREATE INDEX batch_item_state ON public.roster_batchitem USING btree (batch_id, state);

CREATE INDEX batch_organization ON public.roster_batch USING btree (organization_id, created_at DESC);

CREATE INDEX binding_code_student ON public.roster_bindingcode USING btree (student_id);

CREATE INDEX blob_uncovered ON public.resources_blob USING btree (created_at) WHERE (covered_at IS NULL);

CREATE INDEX blob_unscanned ON public.resources_blob USING btree (scan) WHERE ((scan)::text = 'unscanned'::text);

CREATE INDEX blob_unsent ON public.resources_blob USING btree (created_at) WHERE (sent_at IS NULL);

CREATE INDEX bulk_newest ON public.sharing_bulkrun USING btree (created_at DESC);

CREATE INDEX bulk_row_key ON public.sharing_bulkrow USING btree (run_id, key, line);

CREATE INDEX bulk_row_state ON public.sharing_bulkrow USING btree (run_id, state, line);

CREATE INDEX call_of_unit ON public.wanted_call USING btree (organization_id, state, due_on);

CREATE INDEX cartridge_part_digest ON public.sharing_cartridgepart USING btree (digest) WHERE (NOT ((digest)::text = ''::text));

CREATE INDEX cartridge_part_state ON public.sharing_cartridgepart USING btree (cartridge_id, state, line);

CREATE INDEX cartridge_under_way ON public.sharing_cartridge USING btree (created_at) WHERE ((state)::text = ANY (ARRAY[('reading'::character varying)::text, ('running'::character varying)::text]));

CREATE INDEX change_framework ON public.taxonomy_change USING btree (framework_id, id DESC);

CREATE INDEX change_node ON public.taxonomy_change USING btree (node_id, id DESC);

CREATE UNIQUE INDEX class_group_homeroom_once ON public.roster_classgroup USING btree (organization_id, kind, grade, number) WHERE (is_active AND ((kind)::text = 'homeroom'::text));

CREATE INDEX class_group_order ON public.roster_classgroup USING btree (organization_id, grade, number);

CREATE INDEX client_organization ON public.connect_client USING btree (organization_id, created_at DESC);

CREATE INDEX connect_client_created_by_id_2fb3ee6b ON public.connect_client USING btree (created_by_id);

CREATE INDEX connect_client_oidc_id_0a946eee_like ON public.connect_client USING btree (oidc_id varchar_pattern_ops);

CREATE INDEX connect_client_organization_id_561adcf9 ON public.connect_client USING btree (organization_id);

CREATE INDEX connect_client_units_client_id_7d279b5c ON public.connect_client_units USING btree (client_id);

CREATE INDEX connect_client_units_organization_id_32da11a7 ON public.connect_client_units USING btree (organization_id);

CREATE INDEX connect_clientuse_client_id_ff68ee2b ON public.connect_clientuse USING btree (client_id);

CREATE INDEX connect_signon_account_id_60035aea ON public.connect_signon USING btree (account_id);

CREATE INDEX connect_signon_client_id_6da65bb8 ON public.connect_signon USING btree (client_id);

CREATE INDEX connect_spenttoken_client_id_1c75412b ON public.connect_spenttoken USING btree (client_id);

CREATE INDEX connect_spenttoken_digest_df517f72_like ON public.connect_spenttoken USING btree (digest varchar_pattern_ops);

CREATE UNIQUE INDEX consent_stands_once ON public.privacy_consent USING btree (student_id, guardian_id, version) WHERE (withdrawn_at IS NULL);

CREATE INDEX consent_student ON public.privacy_consent USING btree (student_id, version);

CREATE INDEX correction_newest ON public.desk_correction USING btree (lesson_id, class_group_id, at DESC);

CREATE UNIQUE INDEX course_code_once ON public.schedule_course USING btree (organization_id, code) WHERE (NOT ((code)::text = ''::text));

CREATE INDEX course_organization ON public.schedule_course USING btree (organization_id, title);

CREATE INDEX delegation_taker ON public.workflow_delegation USING btree (taker_id, last);

CREATE INDEX delivery_due ON public.messaging_delivery USING btree (channel, due_at) WHERE ((state)::text = ANY (ARRAY[('waiting'::character varying)::text, ('held'::character varying)::text]));

CREATE INDEX delivery_in_hand ON public.messaging_delivery USING btree (claimed_at) WHERE ((state)::text = 'sending'::text);

CREATE INDEX desk_correction_by_id_be377b12 ON public.desk_correction USING btree (by_id);

CREATE INDEX desk_correction_class_group_id_da8b92ae ON public.desk_correction USING btree (class_group_id);

CREATE INDEX desk_correction_lesson_id_d063419d ON public.desk_correction USING btree (lesson_id);

CREATE INDEX desk_headcount_by_id_20bb8215 ON public.desk_headcount USING btree (by_id);

CREATE INDEX desk_headcount_class_group_id_7b746e43 ON public.desk_headcount USING btree (class_group_id);

CREATE INDEX desk_headcount_lesson_id_3ff2e903 ON public.desk_headcount USING btree (lesson_id);

CREATE INDEX desk_ticket_class_group_id_f0e336fa ON public.desk_ticket USING btree (class_group_id);

CREATE INDEX desk_ticket_desk_id_9f4184c1 ON public.desk_ticket USING btree (desk_id);

CREATE INDEX desk_ticket_lesson_id_5385c155 ON public.desk_ticket USING btree (lesson_id);

CREATE INDEX desk_ticket_number_571b7004_like ON public.desk_ticket USING btree (number varchar_pattern_ops);

CREATE INDEX desk_ticket_organization_id_e34ea14a ON public.desk_ticket USING btree (organization_id);

CREATE INDEX desk_ticket_raised_by_id_0dbaa410 ON public.desk_ticket USING btree (raised_by_id);

CREATE INDEX desk_ticket_room_id_ded408b8 ON public.desk_ticket USING btree (room_id);

CREATE INDEX desk_ticket_taken_by_id_df360e37 ON public.desk_ticket USING btree (taken_by_id);

CREATE INDEX desk_ticketnote_by_id_71f3c459 ON public.desk_ticketnote USING btree (by_id);

CREATE INDEX desk_ticketnote_ticket_id_edb9c875 ON public.desk_ticketnote USING btree (ticket_id);

CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);

CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);

CREATE INDEX erasure_due ON public.privacy_erasure USING btree (erase_on) WHERE ((state)::text = 'approved'::text);

CREATE UNIQUE INDEX erasure_once_open ON public.privacy_erasure USING btree (person_id) WHERE ((state)::text = ANY (ARRAY[('waiting'::character varying)::text, ('approved'::character varying)::text]));

CREATE INDEX erasure_organization ON public.privacy_erasure USING btree (organization_id, requested_at DESC);

CREATE INDEX erasure_person ON public.privacy_erasure USING btree (person_id);

CREATE INDEX exchange_export_created_by_id_6a10e0c3 ON public.exchange_export USING btree (created_by_id);

CREATE INDEX exchange_export_organization_id_16417017 ON public.exchange_export USING btree (organization_id);

CREATE INDEX exchange_importrun_acting_id_5ad32468 ON public.exchange_importrun USING btree (acting_id);

CREATE INDEX exchange_importrun_created_by_id_fbbdfa55 ON public.exchange_importrun USING btree (created_by_id);

CREATE INDEX exchange_importrun_organization_id_72d99c24 ON public.exchange_importrun USING btree (organization_id);

CREATE INDEX exchange_importrun_source_id_7fffc46a ON public.exchange_importrun USING btree (source_id);

CREATE INDEX exchange_senterrors_organization_id_3765bf03 ON public.exchange_senterrors USING btree (organization_id);

CREATE INDEX exchange_senterrors_sent_by_id_3cab8a7a ON public.exchange_senterrors USING btree (sent_by_id);

CREATE INDEX exchange_sheetcorrection_by_id_9836f3ff ON public.exchange_sheetcorrection USING btree (by_id);

CREATE INDEX exchange_sheetfile_organization_id_667ca15d ON public.exchange_sheetfile USING btree (organization_id);

CREATE INDEX exchange_sheetfile_run_id_4e360512 ON public.exchange_sheetfile USING btree (run_id);

CREATE INDEX exchange_sheetmapping_set_by_id_9fa75505 ON public.exchange_sheetmapping USING btree (set_by_id);

CREATE INDEX exchange_source_organization_id_117ec973 ON public.exchange_source USING btree (organization_id);

CREATE INDEX exchange_weekimport_created_by_id_79216d7a ON public.exchange_weekimport USING btree (created_by_id);

CREATE INDEX exchange_weekimport_organization_id_ff754ff9 ON public.exchange_weekimport USING btree (organization_id);

CREATE INDEX exchange_weekimport_timetable_id_9e853613 ON public.exchange_weekimport USING btree (timetable_id);

CREATE INDEX export_organization ON public.exchange_export USING btree (organization_id, created_at DESC);

CREATE INDEX fault_resource ON public.resources_fault USING btree (resource_id, state);

CREATE INDEX finding_place ON public.exchange_finding USING btree (run_id, severity, file, row_no);

CREATE INDEX finding_school ON public.exchange_finding USING btree (run_id, org_id) WHERE (org_id IS NOT NULL);

CREATE INDEX follows_follow_author_id_8d84f863 ON public.follows_follow USING btree (author_id);

CREATE INDEX follows_follow_node_id_453fa81a ON public.follows_follow USING btree (node_id);

CREATE INDEX follows_follow_organization_id_c8448140 ON public.follows_follow USING btree (organization_id);

CREATE INDEX framework_found ON public.taxonomy_framework USING btree (subject, stage, kind, state);

CREATE UNIQUE INDEX grant_once_open ON public.roster_rolegrant USING btree (person_id, role, organization_id) WHERE ((revoked_at IS NULL) AND (valid_to IS NULL));

CREATE INDEX grant_organization ON public.roster_rolegrant USING btree (organization_id, role);

CREATE INDEX grant_running_out ON public.roster_rolegrant USING btree (valid_to) WHERE ((expired_at IS NULL) AND (revoked_at IS NULL) AND (valid_to IS NOT NULL));

CREATE INDEX harvest_newest ON public.sharing_harvest USING btree (neighbour_id, started_at DESC);

CREATE UNIQUE INDEX harvest_one_at_a_time ON public.sharing_harvest USING btree (neighbour_id) WHERE ((state)::text = ANY (ARRAY[('running'::character varying)::text, ('waiting'::character varying)::text]));

CREATE INDEX identity_account_username_361abcf0_like ON public.identity_account USING btree (username varchar_pattern_ops);

CREATE INDEX identity_loginname_account_id_e84b4c41 ON public.identity_loginname USING btree (account_id);

CREATE INDEX identity_recoverycode_account_id_e314d7f9 ON public.identity_recoverycode USING btree (account_id);

CREATE INDEX idx_procrastinate_jobs_worker_not_null ON public.procrastinate_jobs USING btree (worker_id) WHERE ((worker_id IS NOT NULL) AND (status = 'doing'::public.procrastinate_job_status));

CREATE INDEX idx_procrastinate_workers_last_heartbeat ON public.procrastinate_workers USING btree (last_heartbeat);

CREATE INDEX import_run_organization ON public.exchange_importrun USING btree (organization_id, created_at DESC);

CREATE INDEX import_run_state ON public.exchange_importrun USING btree (state);

CREATE INDEX interactive_package_blob_id_e7350164_like ON public.interactive_package USING btree (blob_id varchar_pattern_ops);

CREATE INDEX interactive_run_mine ON public.interactive_runstate USING btree (person_id, saved_at DESC);

CREATE INDEX interactive_run_old ON public.interactive_runstate USING btree (saved_at);

CREATE INDEX interactive_runstate_person_id_285df505 ON public.interactive_runstate USING btree (person_id);

CREATE UNIQUE INDEX invitation_one_open ON public.schedule_invitation USING btree (alliance_id, organization_id) WHERE ((state)::text = 'sent'::text);

CREATE INDEX invitation_organization ON public.schedule_invitation USING btree (organization_id, invited_at DESC);

CREATE INDEX journal_action ON public.journal_journalentry USING btree (action, at DESC);

CREATE INDEX journal_delivery_event_id_1eb1b709 ON public.journal_delivery USING btree (event_id);

CREATE INDEX journal_object ON public.journal_journalentry USING btree (object_type, object_id, at DESC);

CREATE INDEX journal_people ON public.journal_journalentry USING gin (people) WHERE (people IS NOT NULL);

CREATE INDEX journal_person ON public.journal_journalentry USING btree (person_id, at DESC);

CREATE INDEX judgement_named ON public.packs_judgement USING btree (made_at) WHERE (person_id IS NOT NULL);

CREATE INDEX lesson_entry_day ON public.schedule_lesson USING btree (entry_day) WHERE (entry_id IS NOT NULL);

CREATE INDEX lesson_event_kind ON public.live_lessonevent USING btree (session_id, kind, seq);

CREATE INDEX lesson_organization ON public.schedule_lesson USING btree (organization_id, starts_at);

CREATE INDEX lesson_page_order ON public.live_lessonpage USING btree (lesson_id, "position");

CREATE INDEX lesson_poll_order ON public.live_lessonpoll USING btree (session_id, number);

CREATE INDEX lesson_receiver_class ON public.schedule_lessonreceiver USING btree (class_group_id);

CREATE INDEX lesson_starts ON public.schedule_lesson USING btree (starts_at);

CREATE INDEX lesson_state ON public.schedule_lesson USING btree (state, starts_at);

CREATE INDEX lesson_teacher ON public.schedule_lesson USING btree (teacher_id, starts_at);

CREATE INDEX line_application ON public.workflow_line USING btree (application_id, id);

CREATE INDEX link_back ON public.taxonomy_link USING btree (destination_id, kind);

CREATE INDEX live_attendance_class_group_id_5c9df5d8 ON public.live_attendance USING btree (class_group_id);

CREATE INDEX live_attendance_organization_id_46403291 ON public.live_attendance USING btree (organization_id);

CREATE INDEX live_attendance_person_id_34f3c697 ON public.live_attendance USING btree (person_id);

CREATE INDEX live_attendance_session_id_e70db2d9 ON public.live_attendance USING btree (session_id);

CREATE INDEX live_attendanceinterval_attendance_id_5ca8b683 ON public.live_attendanceinterval USING btree (attendance_id);

CREATE INDEX live_chatword_added_by_id_51cdead5 ON public.live_chatword USING btree (added_by_id);

CREATE INDEX live_chatword_organization_id_850b60dd ON public.live_chatword USING btree (organization_id);

CREATE INDEX live_lessonevent_person_id_6ba4e7a5 ON public.live_lessonevent USING btree (person_id);

CREATE INDEX live_lessonevent_session_id_7645eb5e ON public.live_lessonevent USING btree (session_id);

CREATE INDEX live_lessonpage_lesson_id_0afef8d4 ON public.live_lessonpage USING btree (lesson_id);

CREATE INDEX live_lessonpage_upload_id_bf79e407 ON public.live_lessonpage USING btree (upload_id);

CREATE INDEX live_lessonpoll_prepared_id_56abf8a6 ON public.live_lessonpoll USING btree (prepared_id);

CREATE INDEX live_lessonpoll_session_id_b273a402 ON public.live_lessonpoll USING btree (session_id);

CREATE INDEX live_livenode_name_085cbbc1_like ON public.live_livenode USING btree (name varchar_pattern_ops);

CREATE INDEX live_livesession_lesson_id_61c34ca2 ON public.live_livesession USING btree (lesson_id);

CREATE INDEX live_livesession_publisher_id_16cc150f ON public.live_livesession USING btree (publisher_id);

CREATE INDEX live_pageupload_lesson_id_8de78b68 ON public.live_pageupload USING btree (lesson_id);

CREATE INDEX live_pageupload_uploaded_by_id_01679daa ON public.live_pageupload USING btree (uploaded_by_id);

CREATE INDEX live_preparedpoll_lesson_id_cd4a0cea ON public.live_preparedpoll USING btree (lesson_id);

CREATE INDEX live_preparedpoll_picture_id_c60cde6e ON public.live_preparedpoll USING btree (picture_id);

CREATE INDEX live_preparedpoll_prepared_by_id_5e9770f4 ON public.live_preparedpoll USING btree (prepared_by_id);

CREATE INDEX live_qualityreport_attendance_id_7e20f688 ON public.live_qualityreport USING btree (attendance_id);

CREATE INDEX live_session_lesson ON public.live_livesession USING btree (lesson_id, opened_at DESC);

CREATE UNIQUE INDEX live_session_one_open ON public.live_livesession USING btree (lesson_id) WHERE ((state)::text = ANY (ARRAY[('waiting'::character varying)::text, ('live'::character varying)::text, ('interrupted'::character varying)::text]));

CREATE INDEX live_session_open ON public.live_livesession USING btree (state) WHERE (NOT ((state)::text = 'ended'::text));

CREATE UNIQUE INDEX making_one_at_a_time ON public.recordings_making USING btree (recording_id, work) WHERE ((state)::text = ANY (ARRAY[('waiting'::character varying)::text, ('working'::character varying)::text]));

CREATE INDEX making_recording ON public.recordings_making USING btree (recording_id, created_at DESC);

CREATE INDEX media_epoch_stream_id_66a30626 ON public.media_epoch USING btree (stream_id);

CREATE INDEX media_mediakey_stream_id_2a0c5608 ON public.media_mediakey USING btree (stream_id);

CREATE INDEX media_stream_token_ba3ec6c2_like ON public.media_stream USING btree (token varchar_pattern_ops);

CREATE INDEX membership_class ON public.roster_membership USING btree (class_group_id, role);

CREATE UNIQUE INDEX membership_once ON public.roster_membership USING btree (person_id, organization_id, class_group_id, role, subject) NULLS NOT DISTINCT WHERE (valid_to IS NULL);

CREATE INDEX membership_organization ON public.roster_membership USING btree (organization_id, role);

CREATE INDEX membership_person ON public.roster_membership USING btree (person_id);

CREATE INDEX membership_updated ON public.roster_membership USING btree (updated_at);

CREATE INDEX messaging_notice_organization_id_5d09efc0 ON public.messaging_notice USING btree (organization_id);

CREATE INDEX messaging_notice_sender_id_1473dc52 ON public.messaging_notice USING btree (sender_id);

CREATE INDEX messaging_pushdevice_digest_6014927c_like ON public.messaging_pushdevice USING btree (digest varchar_pattern_ops);

CREATE INDEX messaging_pushdevice_person_id_7e3bdefa ON public.messaging_pushdevice USING btree (person_id);

CREATE INDEX mfa_authenticator_user_id_0c3a50c0 ON public.mfa_authenticator USING btree (user_id);

CREATE INDEX neighbour_next ON public.sharing_neighbour USING btree (next_at);

CREATE INDEX neighbour_resource ON public.suggested_neighbour USING btree (resource);

CREATE INDEX node_children ON public.taxonomy_node USING btree (parent_id, "position");

CREATE INDEX node_path ON public.taxonomy_node USING gist (path);

CREATE INDEX node_search ON public.taxonomy_node USING gin (search_text public.gin_trgm_ops);

CREATE UNIQUE INDEX node_volume_once ON public.taxonomy_node USING btree (framework_id, grade, term) WHERE (((kind)::text = 'volume'::text) AND (retired_at IS NULL));

CREATE UNIQUE INDEX notice_once_a_subject ON public.messaging_notice USING btree (subject) WHERE (NOT ((subject)::text = ''::text));

CREATE INDEX notice_organization ON public.messaging_notice USING btree (organization_id, created_at DESC);

CREATE INDEX notice_sender ON public.messaging_notice USING btree (sender_id, created_at DESC);

CREATE INDEX notice_told ON public.messaging_notice USING btree (told_at);

CREATE UNIQUE INDEX occupancy_class ON public.schedule_occupancy USING btree (class_group_id, lower(during)) WHERE (class_group_id IS NOT NULL);

CREATE UNIQUE INDEX occupancy_room ON public.schedule_occupancy USING btree (room_id, lower(during)) WHERE (room_id IS NOT NULL);

CREATE UNIQUE INDEX occupancy_teacher ON public.schedule_occupancy USING btree (teacher_id, lower(during)) WHERE (teacher_id IS NOT NULL);

CREATE INDEX organization_children ON public.roster_organization USING btree (parent_id, sort_key);

CREATE UNIQUE INDEX organization_code ON public.roster_organization USING btree (code) WHERE (NOT ((code)::text = ''::text));

CREATE INDEX organization_path ON public.roster_organization USING gist (path);

CREATE INDEX organization_search ON public.roster_organization USING gin (search_text public.gin_trgm_ops);

CREATE INDEX outbox_name ON public.journal_outboxevent USING btree (name, sequence);

CREATE INDEX outcome_alliance ON public.desk_outcome USING btree (alliance_id, day);

CREATE INDEX outcome_class ON public.desk_outcome USING btree (class_group_id, day);

CREATE INDEX outcome_day ON public.desk_outcome USING btree (day, organization_id);

CREATE INDEX outcome_organization ON public.desk_outcome USING btree (organization_id, day);

CREATE INDEX outcome_sender ON public.desk_outcome USING btree (sender_id, day);

CREATE INDEX pack_deleted ON public.packs_pack USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);

CREATE INDEX pack_mine ON public.packs_pack USING btree (owner_id, changed_at DESC);

CREATE INDEX pack_shared ON public.packs_pack USING btree (reach, changed_at DESC) WHERE (NOT ((reach)::text = 'private'::text));

CREATE INDEX packs_attachment_class_group_id_021f5c54 ON public.packs_attachment USING btree (class_group_id);

CREATE INDEX packs_attachment_lesson_id_b6cc9bf6 ON public.packs_attachment USING btree (lesson_id);

CREATE INDEX packs_judgement_person_id_5d05ca05 ON public.packs_judgement USING btree (person_id);

CREATE INDEX packs_judgement_resource_id_8c340e8c ON public.packs_judgement USING btree (resource_id);

CREATE INDEX packs_pack_copied_from_id_8a5a0c64 ON public.packs_pack USING btree (copied_from_id);

CREATE INDEX packs_pack_organization_id_2c64eb31 ON public.packs_pack USING btree (organization_id);

CREATE INDEX packs_pack_region_id_6718c1b9 ON public.packs_pack USING btree (region_id);

CREATE INDEX packs_packitem_resource_id_2c6f8e51 ON public.packs_packitem USING btree (resource_id);

CREATE INDEX page_upload_lesson ON public.live_pageupload USING btree (lesson_id, created_at);

CREATE INDEX pairing_sender ON public.schedule_pairing USING btree (sender_id, subject);

CREATE INDEX peer_use_of ON public.suggested_peeruse USING btree (subject, stage, grade);

CREATE INDEX person_merge_kept ON public.roster_personmerge USING btree (kept_id, merged_at DESC);

CREATE INDEX person_merged ON public.roster_person USING btree (merged_into_id) WHERE (merged_into_id IS NOT NULL);

CREATE UNIQUE INDEX person_merged_once ON public.roster_personmerge USING btree (dropped_id) WHERE (undone_at IS NULL);

CREATE INDEX person_phone ON public.roster_person USING btree (phone_index, name) WHERE (phone_index IS NOT NULL);

CREATE INDEX person_search ON public.roster_personsearch USING gin (keys, places, staff_places);

CREATE INDEX person_sort ON public.roster_person USING btree (sort_key, id);

CREATE INDEX person_twins ON public.roster_person USING btree (birth_date, name) WHERE ((birth_date IS NOT NULL) AND (merged_into_id IS NULL));

CREATE INDEX person_updated ON public.roster_person USING btree (updated_at);

CREATE INDEX prepared_poll_lesson ON public.live_preparedpoll USING btree (lesson_id, "position");

CREATE INDEX privacy_consent_guardian_id_32ef755f ON public.privacy_consent USING btree (guardian_id);

CREATE INDEX privacy_consent_recorded_by_id_ad3c3b23 ON public.privacy_consent USING btree (recorded_by_id);

CREATE INDEX privacy_consent_student_id_8524f50b ON public.privacy_consent USING btree (student_id);

CREATE INDEX privacy_consent_withdrawn_by_id_1ba0f941 ON public.privacy_consent USING btree (withdrawn_by_id);

CREATE INDEX privacy_erasure_decided_by_id_ee9e615a ON public.privacy_erasure USING btree (decided_by_id);

CREATE INDEX privacy_erasure_organization_id_cd3136f7 ON public.privacy_erasure USING btree (organization_id);

CREATE INDEX privacy_erasure_person_id_793c261e ON public.privacy_erasure USING btree (person_id);

CREATE INDEX privacy_erasure_requested_by_id_58fd4a41 ON public.privacy_erasure USING btree (requested_by_id);

CREATE INDEX privacy_retentionperiod_key_46c8476c_like ON public.privacy_retentionperiod USING btree (key varchar_pattern_ops);

CREATE INDEX privacy_retentionperiod_set_by_id_063dde20 ON public.privacy_retentionperiod USING btree (set_by_id);

CREATE INDEX procrastinate_events_job_id_fkey_v1 ON public.procrastinate_events USING btree (job_id);

CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON public.procrastinate_jobs USING btree (id, lock) WHERE (status = ANY (ARRAY['todo'::public.procrastinate_job_status, 'doing'::public.procrastinate_job_status]));

CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON public.procrastinate_jobs USING btree (lock) WHERE (status = 'doing'::public.procrastinate_job_status);

CREATE INDEX procrastinate_jobs_priority_idx_v1 ON public.procrastinate_jobs USING btree (priority DESC, id) WHERE (status = 'todo'::public.procrastinate_job_status);

CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON public.procrastinate_jobs USING btree (queue_name);

CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON public.procrastinate_jobs USING btree (queueing_lock) WHERE (status = 'todo'::public.procrastinate_job_status);

CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON public.procrastinate_periodic_defers USING btree (job_id);

CREATE UNIQUE INDEX promotion_once_a_year ON public.roster_promotion USING btree (organization_id, school_year) WHERE ((state)::text = 'done'::text);

CREATE INDEX promotion_run_organization ON public.roster_promotionrun USING btree (organization_id, created_at DESC);

CREATE INDEX pull_age ON public.exchange_pull USING btree (created_at);

CREATE INDEX quality_attendance ON public.live_qualityreport USING btree (attendance_id);

CREATE UNIQUE INDEX reader_feed ON public.follows_reader USING btree (digest) WHERE (NOT ((digest)::text = ''::text));

CREATE INDEX receipt_inbox ON public.messaging_receipt USING btree (person_id, at DESC);

CREATE INDEX receipt_unread ON public.messaging_receipt USING btree (person_id) WHERE ((archived_at IS NULL) AND (read_at IS NULL));

CREATE INDEX record_order ON public.sharing_record USING btree (stamp, id);

CREATE INDEX record_stage ON public.sharing_record USING btree (stage, stamp, id);

CREATE INDEX record_subject ON public.sharing_record USING btree (subject, stamp, id);

CREATE UNIQUE INDEX recorder_once_a_room ON public.recorders_recorder USING btree (room_id) WHERE is_active;

CREATE INDEX recorder_organization ON public.recorders_recorder USING btree (organization_id, name);

CREATE INDEX recorderline_at ON public.recorders_recorderline USING btree (recorder_id, at DESC);

CREATE INDEX recorders_recorder_lesson_id_96129e34 ON public.recorders_recorder USING btree (lesson_id);

CREATE INDEX recorders_recorder_organization_id_1907e144 ON public.recorders_recorder USING btree (organization_id);

CREATE INDEX recorders_recorder_room_id_6af0c69f ON public.recorders_recorder USING btree (room_id);

CREATE INDEX recording_newest ON public.recordings_recording USING btree (taught_at DESC);

CREATE INDEX recording_organization ON public.recordings_recording USING btree (organization_id, taught_at DESC);

CREATE INDEX recording_published ON public.recordings_recording USING btree (audience, region_id) WHERE (((state)::text = 'shown'::text) AND (NOT ((audience)::text = 'class'::text)));

CREATE INDEX recordings_making_asked_by_id_1630fa5f ON public.recordings_making USING btree (asked_by_id);

CREATE INDEX recordings_recording_region_id_bc1f6554 ON public.recordings_recording USING btree (region_id);

CREATE INDEX recovery_code_account ON public.identity_recoverycode USING btree (account_id, created_at DESC);

CREATE INDEX resource_facets ON public.resources_resource USING btree (subject, stage, grade);

CREATE INDEX resource_mine ON public.resources_resource USING btree (author_id, created_at DESC);

CREATE INDEX resource_newest ON public.resources_resource USING btree (state, published_at DESC);

CREATE UNIQUE INDEX resource_one_open_version ON public.resources_resourceversion USING btree (resource_id) WHERE ((state)::text = ANY (ARRAY[('draft'::character varying)::text, ('returned'::character varying)::text, ('review'::character varying)::text]));

CREATE UNIQUE INDEX resource_one_published_version ON public.resources_resourceversion USING btree (resource_id) WHERE ((state)::text = 'published'::text);

CREATE INDEX resources_blob_cover_id_b5806a64 ON public.resources_blob USING btree (cover_id);

CREATE INDEX resources_blob_cover_id_b5806a64_like ON public.resources_blob USING btree (cover_id varchar_pattern_ops);

CREATE INDEX resources_blob_preview_id_91e78df1 ON public.resources_blob USING btree (preview_id);

CREATE INDEX resources_blob_preview_id_91e78df1_like ON public.resources_blob USING btree (preview_id varchar_pattern_ops);

CREATE INDEX resources_blob_sha256_5eba2931_like ON public.resources_blob USING btree (sha256 varchar_pattern_ops);

CREATE INDEX resources_fault_person_id_e32870dd ON public.resources_fault USING btree (person_id);

CREATE INDEX resources_fault_settled_by_id_612b1a49 ON public.resources_fault USING btree (settled_by_id);

CREATE INDEX resources_favourite_person_id_2a2ce23b ON public.resources_favourite USING btree (person_id);

CREATE INDEX resources_film_blob_id_320187fc_like ON public.resources_film USING btree (blob_id varchar_pattern_ops);

CREATE INDEX resources_placement_node_id_5167fbd2 ON public.resources_placement USING btree (node_id);

CREATE INDEX resources_rating_person_id_3e981cab ON public.resources_rating USING btree (person_id);

CREATE INDEX resources_rendition_file_id_09fb3e3a ON public.resources_rendition USING btree (file_id);

CREATE INDEX resources_rendition_file_id_09fb3e3a_like ON public.resources_rendition USING btree (file_id varchar_pattern_ops);

CREATE INDEX resources_resource_author_id_a65f682a ON public.resources_resource USING btree (author_id);

CREATE INDEX resources_resource_current_id_23416d1e ON public.resources_resource USING btree (current_id);

CREATE INDEX resources_resource_organization_id_f1b7a7f9 ON public.resources_resource USING btree (organization_id);

CREATE INDEX resources_resource_region_id_a6c97063 ON public.resources_resource USING btree (region_id);

CREATE INDEX resources_resourceversion_blob_id_d60847c5 ON public.resources_resourceversion USING btree (blob_id);

CREATE INDEX resources_resourceversion_blob_id_d60847c5_like ON public.resources_resourceversion USING btree (blob_id varchar_pattern_ops);

CREATE INDEX resources_resourceversion_made_by_id_274fe2bc ON public.resources_resourceversion USING btree (made_by_id);

CREATE INDEX resources_resourceversion_region_id_ce60fbc9 ON public.resources_resourceversion USING btree (region_id);

CREATE INDEX resources_upload_blob_id_dbdfe8f7 ON public.resources_upload USING btree (blob_id);

CREATE INDEX resources_upload_blob_id_dbdfe8f7_like ON public.resources_upload USING btree (blob_id varchar_pattern_ops);

CREATE INDEX resources_upload_organization_id_8465b624 ON public.resources_upload USING btree (organization_id);

CREATE INDEX resources_upload_person_id_d1835a4d ON public.resources_upload USING btree (person_id);

CREATE INDEX retention_run_newest ON public.privacy_retentionrun USING btree (key, ran_at DESC);

CREATE INDEX roster_batch_created_by_id_e744f2eb ON public.roster_batch USING btree (created_by_id);

CREATE INDEX roster_batch_organization_id_04478877 ON public.roster_batch USING btree (organization_id);

CREATE INDEX roster_batchitem_batch_id_5e91289a ON public.roster_batchitem USING btree (batch_id);

CREATE INDEX roster_batchitem_person_id_60f263c0 ON public.roster_batchitem USING btree (person_id);

CREATE INDEX roster_bindingcode_issued_by_id_0cf1b195 ON public.roster_bindingcode USING btree (issued_by_id);

CREATE INDEX roster_bindingcode_student_id_3d970bd8 ON public.roster_bindingcode USING btree (student_id);

CREATE INDEX roster_classgroup_organization_id_328db467 ON public.roster_classgroup USING btree (organization_id);

CREATE INDEX roster_guardianship_student_id_230f4fd5 ON public.roster_guardianship USING btree (student_id);

CREATE INDEX roster_notduplicates_decided_by_id_394f4a8f ON public.roster_notduplicates USING btree (decided_by_id);

CREATE INDEX roster_notduplicates_high_id_729cead2 ON public.roster_notduplicates USING btree (high_id);

CREATE INDEX roster_notduplicates_low_id_cd6096ee ON public.roster_notduplicates USING btree (low_id);

CREATE INDEX roster_organization_parent_id_67699bff ON public.roster_organization USING btree (parent_id);

CREATE INDEX roster_personmerge_dropped_id_223105d1 ON public.roster_personmerge USING btree (dropped_id);

CREATE INDEX roster_personmerge_kept_id_0d45c768 ON public.roster_personmerge USING btree (kept_id);

CREATE INDEX roster_personmerge_merged_by_id_fe3bdb89 ON public.roster_personmerge USING btree (merged_by_id);

CREATE INDEX roster_personmerge_undone_by_id_6ede27ce ON public.roster_personmerge USING btree (undone_by_id);

CREATE INDEX roster_promotion_organization_id_ec9b9054 ON public.roster_promotion USING btree (organization_id);

CREATE INDEX roster_promotion_run_id_7144cd7c ON public.roster_promotion USING btree (run_id);

CREATE INDEX roster_promotionrun_created_by_id_f7e3657b ON public.roster_promotionrun USING btree (created_by_id);

CREATE INDEX roster_promotionrun_organization_id_117577f7 ON public.roster_promotionrun USING btree (organization_id);

CREATE INDEX roster_rolegrant_granted_by_id_f6db9f9c ON public.roster_rolegrant USING btree (granted_by_id);

CREATE INDEX roster_rolegrant_organization_id_4e8a75f3 ON public.roster_rolegrant USING btree (organization_id);

CREATE INDEX roster_rolegrant_person_id_6df8cbeb ON public.roster_rolegrant USING btree (person_id);

CREATE INDEX roster_rolegrant_revoked_by_id_741ac9e9 ON public.roster_rolegrant USING btree (revoked_by_id);

CREATE INDEX schedule_alliance_lead_id_71752bc3 ON public.schedule_alliance USING btree (lead_id);

CREATE INDEX schedule_alliancemember_alliance_id_8f66c476 ON public.schedule_alliancemember USING btree (alliance_id);

CREATE INDEX schedule_alliancemember_organization_id_496c9d03 ON public.schedule_alliancemember USING btree (organization_id);

CREATE INDEX schedule_bellschedule_organization_id_84756451 ON public.schedule_bellschedule USING btree (organization_id);

CREATE INDEX schedule_calendarfeed_account_id_c3a7db79 ON public.schedule_calendarfeed USING btree (account_id);

CREATE INDEX schedule_calendarfeed_class_group_id_2d8af4ed ON public.schedule_calendarfeed USING btree (class_group_id);

CREATE INDEX schedule_calendarfeed_digest_baad73d1_like ON public.schedule_calendarfeed USING btree (digest varchar_pattern_ops);

CREATE INDEX schedule_calendarfeed_teacher_id_fdf3a762 ON public.schedule_calendarfeed USING btree (teacher_id);

CREATE INDEX schedule_course_organization_id_9ac52a6c ON public.schedule_course USING btree (organization_id);

CREATE INDEX schedule_courseoffering_class_group_id_72080789 ON public.schedule_courseoffering USING btree (class_group_id);

CREATE INDEX schedule_courseoffering_course_id_7423d58c ON public.schedule_courseoffering USING btree (course_id);

CREATE INDEX schedule_invitation_alliance_id_17dac181 ON public.schedule_invitation USING btree (alliance_id);

CREATE INDEX schedule_invitation_answered_by_id_6d01907c ON public.schedule_invitation USING btree (answered_by_id);

CREATE INDEX schedule_invitation_invited_by_id_a6a97a4c ON public.schedule_invitation USING btree (invited_by_id);

CREATE INDEX schedule_invitation_organization_id_104b89ec ON public.schedule_invitation USING btree (organization_id);

CREATE INDEX schedule_lesson_alliance_id_16c4be40 ON public.schedule_lesson USING btree (alliance_id);

CREATE INDEX schedule_lesson_class_group_id_aac96ba3 ON public.schedule_lesson USING btree (class_group_id);

CREATE INDEX schedule_lesson_room_id_6527d42b ON public.schedule_lesson USING btree (room_id);

CREATE INDEX schedule_lessonreceiver_room_id_6c5d5e96 ON public.schedule_lessonreceiver USING btree (room_id);

CREATE INDEX schedule_occupancy_lesson_id_498b7bb4 ON public.schedule_occupancy USING btree (lesson_id);

CREATE INDEX schedule_pairing_alliance_id_e743d68b ON public.schedule_pairing USING btree (alliance_id);

CREATE INDEX schedule_pairing_receiver_id_82ed5f58 ON public.schedule_pairing USING btree (receiver_id);

CREATE INDEX schedule_pairing_sender_id_e5cd627e ON public.schedule_pairing USING btree (sender_id);

CREATE INDEX schedule_pairingchoice_decided_by_id_fdc20d10 ON public.schedule_pairingchoice USING btree (decided_by_id);

CREATE INDEX schedule_pairingchoice_pairing_id_f75e873e ON public.schedule_pairingchoice USING btree (pairing_id);

CREATE INDEX schedule_period_schedule_id_c43b1888 ON public.schedule_period USING btree (schedule_id);

CREATE INDEX schedule_room_organization_id_f8cac17f ON public.schedule_room USING btree (organization_id);

CREATE INDEX schedule_timetable_organization_id_af3c537b ON public.schedule_timetable USING btree (organization_id);

CREATE INDEX schedule_timetablechange_entry_id_207dfacf ON public.schedule_timetablechange USING btree (entry_id);

CREATE INDEX schedule_timetablechange_teacher_id_913b075f ON public.schedule_timetablechange USING btree (teacher_id);

CREATE INDEX schedule_timetableentry_class_group_id_f29df563 ON public.schedule_timetableentry USING btree (class_group_id);

CREATE INDEX schedule_timetableentry_room_id_50014287 ON public.schedule_timetableentry USING btree (room_id);

CREATE INDEX schedule_timetableentry_teacher_id_c2c7451b ON public.schedule_timetableentry USING btree (teacher_id);

CREATE INDEX schedule_timetableentry_timetable_id_fad44042 ON public.schedule_timetableentry USING btree (timetable_id);

CREATE INDEX search_mark_xid ON public.search_mark USING btree (xid);

CREATE INDEX series_newest ON public.series_series USING btree (state, published_at DESC);

CREATE INDEX series_series_alliance_id_3f5cbefe ON public.series_series USING btree (alliance_id);

CREATE INDEX series_series_created_by_id_1a46c093 ON public.series_series USING btree (created_by_id);

CREATE INDEX series_series_organization_id_7a6184c9 ON public.series_series USING btree (organization_id);

CREATE INDEX series_series_region_id_1733525e ON public.series_series USING btree (region_id);

CREATE INDEX series_series_teacher_id_74b7ef24 ON public.series_series USING btree (teacher_id);

CREATE INDEX series_serieslesson_lesson_id_2693e47b ON public.series_serieslesson USING btree (lesson_id);

CREATE INDEX series_subscription_person_id_fa483db6 ON public.series_subscription USING btree (person_id);

CREATE INDEX sharing_bulkrow_resource_id_a6149d27 ON public.sharing_bulkrow USING btree (resource_id);

CREATE INDEX sharing_bulkrun_created_by_id_8e090871 ON public.sharing_bulkrun USING btree (created_by_id);

CREATE INDEX sharing_bulkrun_organization_id_8f4c4d39 ON public.sharing_bulkrun USING btree (organization_id);

CREATE INDEX sharing_cartridgepart_resource_id_d608f9b8 ON public.sharing_cartridgepart USING btree (resource_id);

CREATE INDEX sharing_neighbour_created_by_id_b19eb8e8 ON public.sharing_neighbour USING btree (created_by_id);

CREATE INDEX sharing_neighbour_organization_id_c6f84400 ON public.sharing_neighbour USING btree (organization_id);

CREATE INDEX sharing_origin_organization_id_711ea0fa ON public.sharing_origin USING btree (organization_id);

CREATE INDEX sheet_correction_order ON public.exchange_sheetcorrection USING btree (run_id, at DESC);

CREATE INDEX sign_on_client ON public.connect_signon USING btree (client_id, last_at DESC);

CREATE INDEX socialaccount_socialaccount_user_id_8146e70c ON public.socialaccount_socialaccount USING btree (user_id);

CREATE INDEX socialaccount_socialtoken_account_id_951f210e ON public.socialaccount_socialtoken USING btree (account_id);

CREATE INDEX socialaccount_socialtoken_app_id_636a42d7 ON public.socialaccount_socialtoken USING btree (app_id);

CREATE INDEX source_key_object ON public.exchange_sourcekey USING btree (object_id);

CREATE INDEX spent_token_age ON public.connect_spenttoken USING btree (expires_at);

CREATE INDEX staged_row_place ON public.exchange_stagedrow USING btree (run_id, entity, row_no);

CREATE INDEX staged_row_user ON public.exchange_stagedrow USING btree (run_id, key) WHERE ((entity)::text = 'users'::text);

CREATE INDEX stream_state_closed ON public.media_stream USING btree (state, closed_at);

CREATE INDEX suggested_hidden_resource_id_8ed338e0 ON public.suggested_hidden USING btree (resource_id);

CREATE INDEX tally_day ON public.desk_tally USING btree (day, organization_id);

CREATE INDEX tally_organization ON public.desk_tally USING btree (organization_id, day);

CREATE INDEX tally_sender ON public.desk_tally USING btree (sender_id, day);

CREATE INDEX task_application ON public.workflow_task USING btree (application_id, opened_at);

CREATE INDEX task_due ON public.workflow_task USING btree (due_at) WHERE ((due_at IS NOT NULL) AND ((state)::text = 'open'::text));

CREATE UNIQUE INDEX task_one_open ON public.workflow_task USING btree (application_id) WHERE ((state)::text = 'open'::text);

CREATE INDEX task_todo ON public.workflow_task USING btree (organization_id, role) WHERE ((state)::text = 'open'::text);

CREATE INDEX taxonomy_change_person_id_e8d7f385 ON public.taxonomy_change USING btree (person_id);

CREATE INDEX taxonomy_framework_code_7e515957_like ON public.taxonomy_framework USING btree (code varchar_pattern_ops);

CREATE INDEX taxonomy_framework_organization_id_2ed9b105 ON public.taxonomy_framework USING btree (organization_id);

CREATE INDEX taxonomy_upload_framework_id_1088d322 ON public.taxonomy_upload USING btree (framework_id);

CREATE INDEX taxonomy_upload_person_id_a9ee9f73 ON public.taxonomy_upload USING btree (person_id);

CREATE INDEX ticket_note_order ON public.desk_ticketnote USING btree (ticket_id, at);

CREATE INDEX ticket_organization ON public.desk_ticket USING btree (organization_id, created_at DESC);

CREATE INDEX ticket_raised_by ON public.desk_ticket USING btree (raised_by_id, created_at DESC);

CREATE INDEX ticket_waiting ON public.desk_ticket USING btree (desk_id, due_at) WHERE ((state)::text = ANY (ARRAY[('open'::character varying)::text, ('taken'::character varying)::text]));

CREATE INDEX timetable_change_day ON public.schedule_timetablechange USING btree (day);

CREATE INDEX timetable_entry_class ON public.schedule_timetableentry USING btree (class_group_id);

CREATE INDEX timetable_entry_teacher ON public.schedule_timetableentry USING btree (teacher_id);

CREATE INDEX timetable_organization ON public.schedule_timetable USING btree (organization_id, state);

CREATE UNIQUE INDEX unique_authenticator_type ON public.mfa_authenticator USING btree (user_id, type) WHERE ((type)::text = ANY (ARRAY[('totp'::character varying)::text, ('recovery_codes'::character varying)::text]));

CREATE UNIQUE INDEX unique_primary_email ON public.account_emailaddress USING btree (user_id, "primary") WHERE "primary";

CREATE UNIQUE INDEX unique_verified_email ON public.account_emailaddress USING btree (email) WHERE verified;

CREATE INDEX upload_expires ON public.resources_upload USING btree (expires_at);

CREATE INDEX upload_mine ON public.resources_upload USING btree (person_id, created_at DESC);

CREATE INDEX use_last ON public.suggested_use USING btree (last_at);

CREATE INDEX use_resource ON public.suggested_use USING btree (resource_id, first_at DESC);

CREATE INDEX usersessions_usersession_session_key_fd35de43_like ON public.usersessions_usersession USING btree (session_key varchar_pattern_ops);

CREATE INDEX usersessions_usersession_user_id_af5e0a6d ON public.usersessions_usersession USING btree (user_id);

CREATE INDEX wanted_answer_decided_by_id_291895e4 ON public.wanted_answer USING btree (decided_by_id);

CREATE INDEX wanted_answer_person_id_09a779f7 ON public.wanted_answer USING btree (person_id);

CREATE INDEX wanted_answer_resource_id_b394c720 ON public.wanted_answer USING btree (resource_id);

CREATE INDEX wanted_call_alliance_id_a0440cad ON public.wanted_call USING btree (alliance_id);

CREATE INDEX wanted_call_made_by_id_7c411a9a ON public.wanted_call USING btree (made_by_id);

CREATE INDEX wanted_callnode_node_id_8b905391 ON public.wanted_callnode USING btree (node_id);

CREATE INDEX web_cache_expires ON public.web_cache USING btree (expires);

CREATE INDEX web_submission_created_at_42b42462 ON public.web_submission USING btree (created_at);

CREATE INDEX web_submission_token_bea54448_like ON public.web_submission USING btree (token varchar_pattern_ops);

CREATE INDEX week_import_newest ON public.exchange_weekimport USING btree (organization_id, created_at DESC);

CREATE INDEX workflow_application_applicant_id_8354b65f ON public.workflow_application USING btree (applicant_id);

CREATE INDEX workflow_application_number_7b8767ef_like ON public.workflow_application USING btree (number varchar_pattern_ops);

CREATE INDEX workflow_application_organization_id_d7ebe06f ON public.workflow_application USING btree (organization_id);

CREATE INDEX workflow_application_version_id_cd0b0e47 ON public.workflow_application USING btree (version_id);

CREATE INDEX workflow_decision_for_whom_id_f8f478aa ON public.workflow_decision USING btree (for_whom_id);

CREATE INDEX workflow_decision_person_id_c754c5b3 ON public.workflow_decision USING btree (person_id);

CREATE INDEX workflow_delegation_giver_id_7b452eff ON public.workflow_delegation USING btree (giver_id);

CREATE INDEX workflow_delegation_organization_id_964ad988 ON public.workflow_delegation USING btree (organization_id);

CREATE INDEX workflow_delegation_taker_id_d11d3c8c ON public.workflow_delegation USING btree (taker_id);

CREATE INDEX workflow_line_person_id_caa1f293 ON public.workflow_line USING btree (person_id);

CREATE UNIQUE INDEX workflow_one_draft ON public.workflow_workflowversion USING btree (workflow_id) WHERE (published_at IS NULL);

CREATE INDEX workflow_task_organization_id_56464131 ON public.workflow_task USING btree (organization_id);

CREATE INDEX workflow_workflow_created_by_id_110c01ef ON public.workflow_workflow USING btree (created_by_id);

CREATE INDEX workflow_workflow_key_c0830003 ON public.workflow_workflow USING btree (key);

CREATE INDEX workflow_workflow_key_c0830003_like ON public.workflow_workflow USING btree (key varchar_pattern_ops);

CREATE INDEX workflow_workflow_organization_id_a827a73e ON public.workflow_workflow USING btree (organization_id);

CREATE INDEX workflow_workflowversion_made_by_id_872519ed ON public.workflow_workflowversion USING btree (made_by_id);

CREATE TRIGGER desk_tally_delete AFTER DELETE ON public.desk_outcome REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.desk_tally_delete();

CREATE TRIGGER desk_tally_insert AFTER INSERT ON public.desk_outcome REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.desk_tally_insert();

CREATE TRIGGER desk_tally_update AFTER UPDATE ON public.desk_outcome REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.desk_tally_update();

CREATE TRIGGER free_seats AFTER DELETE ON public.schedule_lesson REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_free_seats();

CREATE TRIGGER media_stream_marks_row AFTER UPDATE OF state ON public.media_stream FOR EACH ROW EXECUTE FUNCTION public.media_stream_marks_row();

CREATE TRIGGER packs_pack_marks_delete AFTER DELETE ON public.packs_pack REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.packs_pack_marks_delete();

CREATE TRIGGER packs_pack_marks_insert AFTER INSERT ON public.packs_pack REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.packs_pack_marks_insert();

CREATE TRIGGER packs_pack_marks_update AFTER UPDATE ON public.packs_pack REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.packs_pack_marks_update();

CREATE TRIGGER packs_packitem_marks_delete AFTER DELETE ON public.packs_packitem REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.packs_packitem_marks_delete();

CREATE TRIGGER packs_packitem_marks_insert AFTER INSERT ON public.packs_packitem REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.packs_packitem_marks_insert();

CREATE TRIGGER packs_packitem_marks_update AFTER UPDATE ON public.packs_packitem REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.packs_packitem_marks_update();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN (((old.abort_requested = false) AND (new.abort_requested = true) AND (new.status = 'doing'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_notify_queue_abort_job_v1();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_notify_queue_job_inserted_v1();

CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.abort_requested = true)) EXECUTE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1();

CREATE TRIGGER procrastinate_trigger_delete_jobs_v1 BEFORE DELETE ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_unlink_periodic_defers_v1();

CREATE TRIGGER procrastinate_trigger_scheduled_events_v1 AFTER INSERT OR UPDATE ON public.procrastinate_jobs FOR EACH ROW WHEN (((new.scheduled_at IS NOT NULL) AND (new.status = 'todo'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1();

CREATE TRIGGER procrastinate_trigger_status_events_insert_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1();

CREATE TRIGGER procrastinate_trigger_status_events_update_v1 AFTER UPDATE OF status ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_update_v1();

CREATE TRIGGER recordings_recording_marks_delete AFTER DELETE ON public.recordings_recording REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.recordings_recording_marks_delete();

CREATE TRIGGER recordings_recording_marks_insert AFTER INSERT ON public.recordings_recording REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.recordings_recording_marks_insert();

CREATE TRIGGER recordings_recording_marks_update AFTER UPDATE ON public.recordings_recording REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.recordings_recording_marks_update();

CREATE TRIGGER resources_blob_marks_row AFTER UPDATE OF text ON public.resources_blob FOR EACH ROW EXECUTE FUNCTION public.resources_blob_marks_row();

CREATE TRIGGER resources_resource_marks_delete AFTER DELETE ON public.resources_resource REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.resources_resource_marks_delete();

CREATE TRIGGER resources_resource_marks_insert AFTER INSERT ON public.resources_resource REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.resources_resource_marks_insert();

CREATE TRIGGER resources_resource_marks_update AFTER UPDATE ON public.resources_resource REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.resources_resource_marks_update();

CREATE TRIGGER roster_classgroup_marks_delete AFTER DELETE ON public.roster_classgroup REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_classgroup_marks_delete();

CREATE TRIGGER roster_classgroup_marks_insert AFTER INSERT ON public.roster_classgroup REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_classgroup_marks_insert();

CREATE TRIGGER roster_classgroup_marks_row AFTER UPDATE OF organization_id ON public.roster_classgroup FOR EACH ROW EXECUTE FUNCTION public.roster_classgroup_marks_row();

CREATE TRIGGER roster_classgroup_marks_update AFTER UPDATE ON public.roster_classgroup REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.roster_classgroup_marks_update();

CREATE TRIGGER roster_guardianship_search_delete AFTER DELETE ON public.roster_guardianship REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.roster_guardianship_search_delete();

CREATE TRIGGER roster_guardianship_search_insert AFTER INSERT ON public.roster_guardianship REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.roster_guardianship_search_insert();

CREATE TRIGGER roster_guardianship_search_update AFTER UPDATE ON public.roster_guardianship REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.roster_guardianship_search_update();

CREATE TRIGGER roster_guardianship_touch_delete AFTER DELETE ON public.roster_guardianship REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_guardianship_touch_delete();

CREATE TRIGGER roster_guardianship_touch_insert AFTER INSERT ON public.roster_guardianship REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_guardianship_touch_insert();

CREATE TRIGGER roster_guardianship_touch_update AFTER UPDATE ON public.roster_guardianship REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_guardianship_touch_update();

CREATE TRIGGER roster_membership_search_delete AFTER DELETE ON public.roster_membership REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.roster_membership_search_delete();

CREATE TRIGGER roster_membership_search_insert AFTER INSERT ON public.roster_membership REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.roster_membership_search_insert();

CREATE TRIGGER roster_membership_search_update AFTER UPDATE ON public.roster_membership REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.roster_membership_search_update();

CREATE TRIGGER roster_membership_touch_delete AFTER DELETE ON public.roster_membership REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_membership_touch_delete();

CREATE TRIGGER roster_membership_touch_insert AFTER INSERT ON public.roster_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_membership_touch_insert();

CREATE TRIGGER roster_membership_touch_update AFTER UPDATE ON public.roster_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_membership_touch_update();

CREATE TRIGGER roster_organization_marks_delete AFTER DELETE ON public.roster_organization REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_organization_marks_delete();

CREATE TRIGGER roster_organization_marks_insert AFTER INSERT ON public.roster_organization REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_organization_marks_insert();

CREATE TRIGGER roster_organization_marks_row AFTER UPDATE OF name, short_name, path ON public.roster_organization FOR EACH ROW EXECUTE FUNCTION public.roster_organization_marks_row();

CREATE TRIGGER roster_organization_marks_update AFTER UPDATE ON public.roster_organization REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.roster_organization_marks_update();

CREATE TRIGGER roster_organization_search_update AFTER UPDATE ON public.roster_organization REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.roster_organization_search_update();

CREATE TRIGGER roster_person_marks_row AFTER UPDATE OF name ON public.roster_person FOR EACH ROW EXECUTE FUNCTION public.roster_person_marks_row();

CREATE TRIGGER roster_person_search_named AFTER UPDATE OF sort_key, search_text ON public.roster_person FOR EACH ROW WHEN ((((old.sort_key)::text <> (new.sort_key)::text) OR ((old.search_text)::text <> (new.search_text)::text))) EXECUTE FUNCTION public.roster_person_search_named();

CREATE TRIGGER roster_rolegrant_search_delete AFTER DELETE ON public.roster_rolegrant REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.roster_rolegrant_search_delete();

CREATE TRIGGER roster_rolegrant_search_insert AFTER INSERT ON public.roster_rolegrant REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.roster_rolegrant_search_insert();

CREATE TRIGGER roster_rolegrant_search_update AFTER UPDATE ON public.roster_rolegrant REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.roster_rolegrant_search_update();

CREATE TRIGGER roster_rolegrant_touch_delete AFTER DELETE ON public.roster_rolegrant REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_rolegrant_touch_delete();

CREATE TRIGGER roster_rolegrant_touch_insert AFTER INSERT ON public.roster_rolegrant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_rolegrant_touch_insert();

CREATE TRIGGER roster_rolegrant_touch_update AFTER UPDATE ON public.roster_rolegrant REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.roster_rolegrant_touch_update();

CREATE TRIGGER schedule_lesson_marks_delete AFTER DELETE ON public.schedule_lesson REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_lesson_marks_delete();

CREATE TRIGGER schedule_lesson_marks_insert AFTER INSERT ON public.schedule_lesson REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_lesson_marks_insert();

CREATE TRIGGER schedule_lesson_marks_update AFTER UPDATE ON public.schedule_lesson REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_lesson_marks_update();

CREATE TRIGGER schedule_lessonreceiver_marks_delete AFTER DELETE ON public.schedule_lessonreceiver REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_lessonreceiver_marks_delete();

CREATE TRIGGER schedule_lessonreceiver_marks_insert AFTER INSERT ON public.schedule_lessonreceiver REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_lessonreceiver_marks_insert();

CREATE TRIGGER schedule_lessonreceiver_marks_update AFTER UPDATE ON public.schedule_lessonreceiver REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_lessonreceiver_marks_update();

CREATE TRIGGER series_series_marks_delete AFTER DELETE ON public.series_series REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.series_series_marks_delete();

CREATE TRIGGER series_series_marks_insert AFTER INSERT ON public.series_series REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.series_series_marks_insert();

CREATE TRIGGER series_series_marks_update AFTER UPDATE ON public.series_series REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.series_series_marks_update();

CREATE TRIGGER series_serieslesson_marks_delete AFTER DELETE ON public.series_serieslesson REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.series_serieslesson_marks_delete();

CREATE TRIGGER series_serieslesson_marks_insert AFTER INSERT ON public.series_serieslesson REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.series_serieslesson_marks_insert();

CREATE TRIGGER series_serieslesson_marks_update AFTER UPDATE ON public.series_serieslesson REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.series_serieslesson_marks_update();

CREATE CONSTRAINT TRIGGER sharing_note AFTER INSERT OR DELETE OR UPDATE ON public.resources_placement DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.sharing_note_placement();

CREATE CONSTRAINT TRIGGER sharing_note AFTER INSERT OR DELETE OR UPDATE OF title, words, purpose, subject, stage, grade, keywords, language, licence, rights_holder, source, kind, organization_id, author_id, current_id, mark, state, reach, audience ON public.resources_resource DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.sharing_note_resource();

CREATE CONSTRAINT TRIGGER sharing_note AFTER INSERT OR UPDATE OF resource_id ON public.sharing_harvested DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.resource_id IS NOT NULL)) EXECUTE FUNCTION public.sharing_note_placement();

CREATE TRIGGER take_seats_insert AFTER INSERT ON public.schedule_occupancy REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_take_seats();

CREATE TRIGGER take_seats_update AFTER UPDATE ON public.schedule_occupancy REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_take_seats();

CREATE TRIGGER taxonomy_framework_marks_delete AFTER DELETE ON public.taxonomy_framework REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.taxonomy_framework_marks_delete();

CREATE TRIGGER taxonomy_framework_marks_insert AFTER INSERT ON public.taxonomy_framework REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.taxonomy_framework_marks_insert();

CREATE TRIGGER taxonomy_framework_marks_update AFTER UPDATE ON public.taxonomy_framework REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.taxonomy_framework_marks_update();

CREATE TRIGGER taxonomy_node_marks_delete AFTER DELETE ON public.taxonomy_node REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.taxonomy_node_marks_delete();

CREATE TRIGGER taxonomy_node_marks_insert AFTER INSERT ON public.taxonomy_node REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.taxonomy_node_marks_insert();

CREATE TRIGGER taxonomy_node_marks_update AFTER UPDATE ON public.taxonomy_node REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION public.taxonomy_node_marks_update();

CREATE TRIGGER touch BEFORE UPDATE ON public.roster_classgroup FOR EACH ROW EXECUTE FUNCTION public.lantian_touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.roster_membership FOR EACH ROW EXECUTE FUNCTION public.lantian_touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.roster_organization FOR EACH ROW EXECUTE FUNCTION public.lantian_touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.roster_person FOR EACH ROW EXECUTE FUNCTION public.lantian_touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.roster_rolegrant FOR EACH ROW EXECUTE FUNCTION public.lantian_touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.schedule_course FOR EACH ROW EXECUTE FUNCTION public.lantian_touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.schedule_courseoffering FOR EACH ROW EXECUTE FUNCTION public.lantian_touch();

CREATE TRIGGER touch BEFORE UPDATE ON public.time_academicsession FOR EACH ROW EXECUTE FUNCTION public.lantian_touch();

ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_2c513194_fk_identity_account_id FOREIGN KEY (user_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirm_email_address_id_5b7f8c58_fk_account_e FOREIGN KEY (email_address_id) REFERENCES public.account_emailaddress(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.allauth_idp_oidc_client
    ADD CONSTRAINT allauth_idp_oidc_cli_owner_id_1f1eb0f1_fk_identity_ FOREIGN KEY (owner_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.allauth_idp_oidc_token
    ADD CONSTRAINT allauth_idp_oidc_tok_client_id_cad2cd57_fk_allauth_i FOREIGN KEY (client_id) REFERENCES public.allauth_idp_oidc_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.allauth_idp_oidc_token
    ADD CONSTRAINT allauth_idp_oidc_token_user_id_3e9a005f_fk_identity_account_id FOREIGN KEY (user_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.connect_client
    ADD CONSTRAINT connect_client_created_by_id_2fb3ee6b_fk_roster_person_id FOREIGN KEY (created_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.connect_client
    ADD CONSTRAINT connect_client_oidc_id_0a946eee_fk_allauth_idp_oidc_client_id FOREIGN KEY (oidc_id) REFERENCES public.allauth_idp_oidc_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.connect_client
    ADD CONSTRAINT connect_client_organization_id_561adcf9_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.connect_client_units
    ADD CONSTRAINT connect_client_units_client_id_7d279b5c_fk_connect_client_id FOREIGN KEY (client_id) REFERENCES public.connect_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.connect_client_units
    ADD CONSTRAINT connect_client_units_organization_id_32da11a7_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.connect_clientuse
    ADD CONSTRAINT connect_clientuse_client_id_ff68ee2b_fk_connect_client_id FOREIGN KEY (client_id) REFERENCES public.connect_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.connect_signon
    ADD CONSTRAINT connect_signon_account_id_60035aea_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.connect_signon
    ADD CONSTRAINT connect_signon_client_id_6da65bb8_fk_connect_client_id FOREIGN KEY (client_id) REFERENCES public.connect_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.connect_spenttoken
    ADD CONSTRAINT connect_spenttoken_client_id_1c75412b_fk_connect_client_id FOREIGN KEY (client_id) REFERENCES public.connect_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_correction
    ADD CONSTRAINT desk_correction_by_id_be377b12_fk_roster_person_id FOREIGN KEY (by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_correction
    ADD CONSTRAINT desk_correction_class_group_id_da8b92ae_fk_roster_classgroup_id FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_correction
    ADD CONSTRAINT desk_correction_lesson_id_d063419d_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_deskcontact
    ADD CONSTRAINT desk_deskcontact_organization_id_cb7c9892_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_headcount
    ADD CONSTRAINT desk_headcount_by_id_20bb8215_fk_roster_person_id FOREIGN KEY (by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_headcount
    ADD CONSTRAINT desk_headcount_class_group_id_7b746e43_fk_roster_classgroup_id FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_headcount
    ADD CONSTRAINT desk_headcount_lesson_id_3ff2e903_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_outcome
    ADD CONSTRAINT desk_outcome_alliance_id_eb3874aa_fk_schedule_alliance_id FOREIGN KEY (alliance_id) REFERENCES public.schedule_alliance(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_outcome
    ADD CONSTRAINT desk_outcome_class_group_id_c5cf8c5e_fk_roster_classgroup_id FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_outcome
    ADD CONSTRAINT desk_outcome_lesson_id_5c369bf9_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_outcome
    ADD CONSTRAINT desk_outcome_organization_id_d4135d7b_fk_roster_organization_id FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_outcome
    ADD CONSTRAINT desk_outcome_sender_id_9c8389af_fk_roster_organization_id FOREIGN KEY (sender_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_ticket
    ADD CONSTRAINT desk_ticket_class_group_id_f0e336fa_fk_roster_classgroup_id FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_ticket
    ADD CONSTRAINT desk_ticket_desk_id_9f4184c1_fk_roster_organization_id FOREIGN KEY (desk_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_ticket
    ADD CONSTRAINT desk_ticket_lesson_id_5385c155_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_ticket
    ADD CONSTRAINT desk_ticket_organization_id_e34ea14a_fk_roster_organization_id FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_ticket
    ADD CONSTRAINT desk_ticket_raised_by_id_0dbaa410_fk_roster_person_id FOREIGN KEY (raised_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_ticket
    ADD CONSTRAINT desk_ticket_room_id_ded408b8_fk_schedule_room_id FOREIGN KEY (room_id) REFERENCES public.schedule_room(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_ticket
    ADD CONSTRAINT desk_ticket_taken_by_id_df360e37_fk_roster_person_id FOREIGN KEY (taken_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_ticketnote
    ADD CONSTRAINT desk_ticketnote_by_id_71f3c459_fk_roster_person_id FOREIGN KEY (by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.desk_ticketnote
    ADD CONSTRAINT desk_ticketnote_ticket_id_edb9c875_fk_desk_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.desk_ticket(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_export
    ADD CONSTRAINT exchange_export_created_by_id_6a10e0c3_fk_roster_person_id FOREIGN KEY (created_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_export
    ADD CONSTRAINT exchange_export_organization_id_16417017_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_finding
    ADD CONSTRAINT exchange_finding_run_id_50d9d751_fk_exchange_importrun_id FOREIGN KEY (run_id) REFERENCES public.exchange_importrun(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_importrun
    ADD CONSTRAINT exchange_importrun_acting_id_5ad32468_fk_roster_person_id FOREIGN KEY (acting_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_importrun
    ADD CONSTRAINT exchange_importrun_created_by_id_fbbdfa55_fk_roster_person_id FOREIGN KEY (created_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_importrun
    ADD CONSTRAINT exchange_importrun_organization_id_72d99c24_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_importrun
    ADD CONSTRAINT exchange_importrun_source_id_7fffc46a_fk_exchange_source_id FOREIGN KEY (source_id) REFERENCES public.exchange_source(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_pull
    ADD CONSTRAINT exchange_pull_client_id_66a1ee06_fk_connect_client_id FOREIGN KEY (client_id) REFERENCES public.connect_client(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_senterrors
    ADD CONSTRAINT exchange_senterrors_organization_id_3765bf03_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_senterrors
    ADD CONSTRAINT exchange_senterrors_run_id_70046242_fk_exchange_importrun_id FOREIGN KEY (run_id) REFERENCES public.exchange_importrun(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_senterrors
    ADD CONSTRAINT exchange_senterrors_sent_by_id_3cab8a7a_fk_roster_person_id FOREIGN KEY (sent_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_sheetcorrection
    ADD CONSTRAINT exchange_sheetcorrec_run_id_a0abd1c2_fk_exchange_ FOREIGN KEY (run_id) REFERENCES public.exchange_importrun(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_sheetcorrection
    ADD CONSTRAINT exchange_sheetcorrection_by_id_9836f3ff_fk_roster_person_id FOREIGN KEY (by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_sheetfile
    ADD CONSTRAINT exchange_sheetfile_organization_id_667ca15d_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_sheetfile
    ADD CONSTRAINT exchange_sheetfile_run_id_4e360512_fk_exchange_importrun_id FOREIGN KEY (run_id) REFERENCES public.exchange_importrun(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_sheetmapping
    ADD CONSTRAINT exchange_sheetmappin_organization_id_29dc3b87_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_sheetmapping
    ADD CONSTRAINT exchange_sheetmapping_set_by_id_9fa75505_fk_roster_person_id FOREIGN KEY (set_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_sheetrow
    ADD CONSTRAINT exchange_sheetrow_sheet_id_3972a6e6_fk_exchange_sheetfile_id FOREIGN KEY (sheet_id) REFERENCES public.exchange_sheetfile(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_source
    ADD CONSTRAINT exchange_source_organization_id_117ec973_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_weekimport
    ADD CONSTRAINT exchange_weekimport_created_by_id_79216d7a_fk_roster_person_id FOREIGN KEY (created_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_weekimport
    ADD CONSTRAINT exchange_weekimport_organization_id_ff754ff9_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_weekimport
    ADD CONSTRAINT exchange_weekimport_timetable_id_9e853613_fk_schedule_ FOREIGN KEY (timetable_id) REFERENCES public.schedule_timetable(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.follows_follow
    ADD CONSTRAINT follows_follow_author_id_8d84f863_fk_roster_person_id FOREIGN KEY (author_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.follows_follow
    ADD CONSTRAINT follows_follow_node_id_453fa81a_fk_taxonomy_node_id FOREIGN KEY (node_id) REFERENCES public.taxonomy_node(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.follows_follow
    ADD CONSTRAINT follows_follow_organization_id_c8448140_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.follows_follow
    ADD CONSTRAINT follows_follow_person_id_af0714be_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.follows_reader
    ADD CONSTRAINT follows_reader_person_id_628feadd_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_loginname
    ADD CONSTRAINT identity_loginname_account_id_e84b4c41_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_recoverycode
    ADD CONSTRAINT identity_recoverycod_account_id_e314d7f9_fk_identity_ FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.interactive_package
    ADD CONSTRAINT interactive_package_blob_id_e7350164_fk_resources_blob_sha256 FOREIGN KEY (blob_id) REFERENCES public.resources_blob(sha256) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.interactive_runstate
    ADD CONSTRAINT interactive_runstate_person_id_285df505_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.interactive_runstate
    ADD CONSTRAINT interactive_runstate_version_id_4cbbc2a2_fk_resources FOREIGN KEY (version_id) REFERENCES public.resources_resourceversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.journal_delivery
    ADD CONSTRAINT journal_delivery_event_id_1eb1b709_fk_journal_o FOREIGN KEY (event_id) REFERENCES public.journal_outboxevent(sequence) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_attendance
    ADD CONSTRAINT live_attendance_class_group_id_5c9df5d8_fk_roster_classgroup_id FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_attendance
    ADD CONSTRAINT live_attendance_organization_id_46403291_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_attendance
    ADD CONSTRAINT live_attendance_person_id_34f3c697_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_attendance
    ADD CONSTRAINT live_attendance_session_id_e70db2d9_fk_live_livesession_id FOREIGN KEY (session_id) REFERENCES public.live_livesession(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_attendanceinterval
    ADD CONSTRAINT live_attendanceinter_attendance_id_5ca8b683_fk_live_atte FOREIGN KEY (attendance_id) REFERENCES public.live_attendance(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_chatword
    ADD CONSTRAINT live_chatword_added_by_id_51cdead5_fk_roster_person_id FOREIGN KEY (added_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_chatword
    ADD CONSTRAINT live_chatword_organization_id_850b60dd_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_lessonevent
    ADD CONSTRAINT live_lessonevent_class_group_id_d618ad19_fk_roster_cl FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_lessonevent
    ADD CONSTRAINT live_lessonevent_organization_id_cb5f9aa2_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_lessonevent
    ADD CONSTRAINT live_lessonevent_person_id_6ba4e7a5_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_lessonevent
    ADD CONSTRAINT live_lessonevent_session_id_7645eb5e_fk_live_livesession_id FOREIGN KEY (session_id) REFERENCES public.live_livesession(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_lessonpage
    ADD CONSTRAINT live_lessonpage_lesson_id_0afef8d4_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_lessonpage
    ADD CONSTRAINT live_lessonpage_upload_id_bf79e407_fk_live_pageupload_id FOREIGN KEY (upload_id) REFERENCES public.live_pageupload(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_lessonpoll
    ADD CONSTRAINT live_lessonpoll_prepared_id_56abf8a6_fk_live_preparedpoll_id FOREIGN KEY (prepared_id) REFERENCES public.live_preparedpoll(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_lessonpoll
    ADD CONSTRAINT live_lessonpoll_session_id_b273a402_fk_live_livesession_id FOREIGN KEY (session_id) REFERENCES public.live_livesession(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_livesession
    ADD CONSTRAINT live_livesession_lesson_id_61c34ca2_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_livesession
    ADD CONSTRAINT live_livesession_publisher_id_16cc150f_fk_roster_person_id FOREIGN KEY (publisher_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_livesession
    ADD CONSTRAINT live_livesession_stream_id_b6595ac5_fk_media_stream_id FOREIGN KEY (stream_id) REFERENCES public.media_stream(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_pageupload
    ADD CONSTRAINT live_pageupload_lesson_id_8de78b68_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_pageupload
    ADD CONSTRAINT live_pageupload_uploaded_by_id_01679daa_fk_roster_person_id FOREIGN KEY (uploaded_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_preparedpoll
    ADD CONSTRAINT live_preparedpoll_lesson_id_cd4a0cea_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_preparedpoll
    ADD CONSTRAINT live_preparedpoll_picture_id_c60cde6e_fk_live_lessonpage_id FOREIGN KEY (picture_id) REFERENCES public.live_lessonpage(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_preparedpoll
    ADD CONSTRAINT live_preparedpoll_prepared_by_id_5e9770f4_fk_roster_person_id FOREIGN KEY (prepared_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.live_qualityreport
    ADD CONSTRAINT live_qualityreport_attendance_id_7e20f688_fk_live_attendance_id FOREIGN KEY (attendance_id) REFERENCES public.live_attendance(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.media_epoch
    ADD CONSTRAINT media_epoch_stream_id_66a30626_fk_media_stream_id FOREIGN KEY (stream_id) REFERENCES public.media_stream(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.media_mediakey
    ADD CONSTRAINT media_mediakey_stream_id_2a0c5608_fk_media_stream_id FOREIGN KEY (stream_id) REFERENCES public.media_stream(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.messaging_delivery
    ADD CONSTRAINT messaging_delivery_receipt_id_45b40546_fk_messaging_receipt_id FOREIGN KEY (receipt_id) REFERENCES public.messaging_receipt(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.messaging_notice
    ADD CONSTRAINT messaging_notice_organization_id_5d09efc0_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.messaging_notice
    ADD CONSTRAINT messaging_notice_sender_id_1473dc52_fk_roster_person_id FOREIGN KEY (sender_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.messaging_preference
    ADD CONSTRAINT messaging_preference_person_id_14fa0d0c_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.messaging_pushdevice
    ADD CONSTRAINT messaging_pushdevice_person_id_7e3bdefa_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.messaging_receipt
    ADD CONSTRAINT messaging_receipt_notice_id_2eb1bc2f_fk_messaging_notice_id FOREIGN KEY (notice_id) REFERENCES public.messaging_notice(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.messaging_receipt
    ADD CONSTRAINT messaging_receipt_person_id_bea9a00e_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.mfa_authenticator
    ADD CONSTRAINT mfa_authenticator_user_id_0c3a50c0_fk_identity_account_id FOREIGN KEY (user_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_attachment
    ADD CONSTRAINT packs_attachment_class_group_id_021f5c54_fk_roster_cl FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_attachment
    ADD CONSTRAINT packs_attachment_lesson_id_b6cc9bf6_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_attachment
    ADD CONSTRAINT packs_attachment_pack_id_ad1c1a85_fk_packs_pack_id FOREIGN KEY (pack_id) REFERENCES public.packs_pack(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_judgement
    ADD CONSTRAINT packs_judgement_attachment_id_ef9b39f3_fk_packs_attachment_id FOREIGN KEY (attachment_id) REFERENCES public.packs_attachment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_judgement
    ADD CONSTRAINT packs_judgement_person_id_5d05ca05_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_judgement
    ADD CONSTRAINT packs_judgement_resource_id_8c340e8c_fk_resources_resource_id FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_pack
    ADD CONSTRAINT packs_pack_copied_from_id_8a5a0c64_fk_packs_pack_id FOREIGN KEY (copied_from_id) REFERENCES public.packs_pack(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_pack
    ADD CONSTRAINT packs_pack_organization_id_2c64eb31_fk_roster_organization_id FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_pack
    ADD CONSTRAINT packs_pack_owner_id_21198132_fk_roster_person_id FOREIGN KEY (owner_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_pack
    ADD CONSTRAINT packs_pack_region_id_6718c1b9_fk_roster_organization_id FOREIGN KEY (region_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_packitem
    ADD CONSTRAINT packs_packitem_pack_id_fc861469_fk_packs_pack_id FOREIGN KEY (pack_id) REFERENCES public.packs_pack(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.packs_packitem
    ADD CONSTRAINT packs_packitem_resource_id_2c6f8e51_fk_resources_resource_id FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_consent
    ADD CONSTRAINT privacy_consent_guardian_id_32ef755f_fk_roster_person_id FOREIGN KEY (guardian_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_consent
    ADD CONSTRAINT privacy_consent_recorded_by_id_ad3c3b23_fk_roster_person_id FOREIGN KEY (recorded_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_consent
    ADD CONSTRAINT privacy_consent_student_id_8524f50b_fk_roster_person_id FOREIGN KEY (student_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_consent
    ADD CONSTRAINT privacy_consent_withdrawn_by_id_1ba0f941_fk_roster_person_id FOREIGN KEY (withdrawn_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_erasure
    ADD CONSTRAINT privacy_erasure_decided_by_id_ee9e615a_fk_roster_person_id FOREIGN KEY (decided_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_erasure
    ADD CONSTRAINT privacy_erasure_organization_id_cd3136f7_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_erasure
    ADD CONSTRAINT privacy_erasure_person_id_793c261e_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_erasure
    ADD CONSTRAINT privacy_erasure_requested_by_id_58fd4a41_fk_roster_person_id FOREIGN KEY (requested_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.privacy_retentionperiod
    ADD CONSTRAINT privacy_retentionperiod_set_by_id_063dde20_fk_roster_person_id FOREIGN KEY (set_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.procrastinate_workers(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id);

ALTER TABLE ONLY public.recorders_recorder
    ADD CONSTRAINT recorders_recorder_lesson_id_96129e34_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.recorders_recorder
    ADD CONSTRAINT recorders_recorder_organization_id_1907e144_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.recorders_recorder
    ADD CONSTRAINT recorders_recorder_room_id_6af0c69f_fk_schedule_room_id FOREIGN KEY (room_id) REFERENCES public.schedule_room(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.recorders_recorderline
    ADD CONSTRAINT recorders_recorderli_recorder_id_e5c344cd_fk_recorders FOREIGN KEY (recorder_id) REFERENCES public.recorders_recorder(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.recorders_recorderline
    ADD CONSTRAINT recorders_recorderline_lesson_id_31ecc1ee_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.recordings_making
    ADD CONSTRAINT recordings_making_asked_by_id_1630fa5f_fk_roster_person_id FOREIGN KEY (asked_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.recordings_making
    ADD CONSTRAINT recordings_making_recording_id_17a74c9d_fk_recording FOREIGN KEY (recording_id) REFERENCES public.recordings_recording(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.recordings_recording
    ADD CONSTRAINT recordings_recording_organization_id_2a59d903_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.recordings_recording
    ADD CONSTRAINT recordings_recording_region_id_bc1f6554_fk_roster_or FOREIGN KEY (region_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.recordings_recording
    ADD CONSTRAINT recordings_recording_session_id_2e10241e_fk_live_livesession_id FOREIGN KEY (session_id) REFERENCES public.live_livesession(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_blob
    ADD CONSTRAINT resources_blob_cover_id_b5806a64_fk_resources_blob_sha256 FOREIGN KEY (cover_id) REFERENCES public.resources_blob(sha256) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_blob
    ADD CONSTRAINT resources_blob_preview_id_91e78df1_fk_resources_blob_sha256 FOREIGN KEY (preview_id) REFERENCES public.resources_blob(sha256) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_fault
    ADD CONSTRAINT resources_fault_person_id_e32870dd_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_fault
    ADD CONSTRAINT resources_fault_resource_id_06992c17_fk_resources_resource_id FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_fault
    ADD CONSTRAINT resources_fault_settled_by_id_612b1a49_fk_roster_person_id FOREIGN KEY (settled_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_favourite
    ADD CONSTRAINT resources_favourite_person_id_2a2ce23b_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_favourite
    ADD CONSTRAINT resources_favourite_resource_id_290a5364_fk_resources FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_film
    ADD CONSTRAINT resources_film_blob_id_320187fc_fk_resources_blob_sha256 FOREIGN KEY (blob_id) REFERENCES public.resources_blob(sha256) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_placement
    ADD CONSTRAINT resources_placement_node_id_5167fbd2_fk_taxonomy_node_id FOREIGN KEY (node_id) REFERENCES public.taxonomy_node(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_placement
    ADD CONSTRAINT resources_placement_resource_id_209667dd_fk_resources FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_rating
    ADD CONSTRAINT resources_rating_person_id_3e981cab_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_rating
    ADD CONSTRAINT resources_rating_resource_id_5a4515d0_fk_resources_resource_id FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_rendition
    ADD CONSTRAINT resources_rendition_file_id_09fb3e3a_fk_resources_blob_sha256 FOREIGN KEY (file_id) REFERENCES public.resources_blob(sha256) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_rendition
    ADD CONSTRAINT resources_rendition_film_id_2022df8c_fk_resources_film_blob_id FOREIGN KEY (film_id) REFERENCES public.resources_film(blob_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_resource
    ADD CONSTRAINT resources_resource_author_id_a65f682a_fk_roster_person_id FOREIGN KEY (author_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_resource
    ADD CONSTRAINT resources_resource_current_id_23416d1e_fk_resources FOREIGN KEY (current_id) REFERENCES public.resources_resourceversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_resource
    ADD CONSTRAINT resources_resource_organization_id_f1b7a7f9_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_resource
    ADD CONSTRAINT resources_resource_region_id_a6c97063_fk_roster_organization_id FOREIGN KEY (region_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_resourceversion
    ADD CONSTRAINT resources_resourceve_blob_id_d60847c5_fk_resources FOREIGN KEY (blob_id) REFERENCES public.resources_blob(sha256) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_resourceversion
    ADD CONSTRAINT resources_resourceve_made_by_id_274fe2bc_fk_roster_pe FOREIGN KEY (made_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_resourceversion
    ADD CONSTRAINT resources_resourceve_region_id_ce60fbc9_fk_roster_or FOREIGN KEY (region_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_resourceversion
    ADD CONSTRAINT resources_resourceve_resource_id_8b58cf12_fk_resources FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_subtitle
    ADD CONSTRAINT resources_subtitle_version_id_3c0f5051_fk_resources FOREIGN KEY (version_id) REFERENCES public.resources_resourceversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_upload
    ADD CONSTRAINT resources_upload_blob_id_dbdfe8f7_fk_resources_blob_sha256 FOREIGN KEY (blob_id) REFERENCES public.resources_blob(sha256) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_upload
    ADD CONSTRAINT resources_upload_organization_id_8465b624_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.resources_upload
    ADD CONSTRAINT resources_upload_person_id_d1835a4d_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_batch
    ADD CONSTRAINT roster_batch_created_by_id_e744f2eb_fk_roster_person_id FOREIGN KEY (created_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_batch
    ADD CONSTRAINT roster_batch_organization_id_04478877_fk_roster_organization_id FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_batchitem
    ADD CONSTRAINT roster_batchitem_batch_id_5e91289a_fk_roster_batch_id FOREIGN KEY (batch_id) REFERENCES public.roster_batch(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_batchitem
    ADD CONSTRAINT roster_batchitem_person_id_60f263c0_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_bindingcode
    ADD CONSTRAINT roster_bindingcode_issued_by_id_0cf1b195_fk_roster_person_id FOREIGN KEY (issued_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_bindingcode
    ADD CONSTRAINT roster_bindingcode_student_id_3d970bd8_fk_roster_person_id FOREIGN KEY (student_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_classgroup
    ADD CONSTRAINT roster_classgroup_organization_id_328db467_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_guardianship
    ADD CONSTRAINT roster_guardianship_guardian_id_a80cd23e_fk_roster_person_id FOREIGN KEY (guardian_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_guardianship
    ADD CONSTRAINT roster_guardianship_student_id_230f4fd5_fk_roster_person_id FOREIGN KEY (student_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_membership
    ADD CONSTRAINT roster_membership_class_group_id_1be3eca0_fk_roster_cl FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_membership
    ADD CONSTRAINT roster_membership_organization_id_63f94157_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_membership
    ADD CONSTRAINT roster_membership_person_id_0ad45a55_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_notduplicates
    ADD CONSTRAINT roster_notduplicates_decided_by_id_394f4a8f_fk_roster_person_id FOREIGN KEY (decided_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_notduplicates
    ADD CONSTRAINT roster_notduplicates_high_id_729cead2_fk_roster_person_id FOREIGN KEY (high_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_notduplicates
    ADD CONSTRAINT roster_notduplicates_low_id_cd6096ee_fk_roster_person_id FOREIGN KEY (low_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_organization
    ADD CONSTRAINT roster_organization_parent_id_67699bff_fk_roster_or FOREIGN KEY (parent_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_person
    ADD CONSTRAINT roster_person_account_id_8f6359f1_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_person
    ADD CONSTRAINT roster_person_merged_into_id_73feba36_fk_roster_person_id FOREIGN KEY (merged_into_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_personmerge
    ADD CONSTRAINT roster_personmerge_dropped_id_223105d1_fk_roster_person_id FOREIGN KEY (dropped_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_personmerge
    ADD CONSTRAINT roster_personmerge_kept_id_0d45c768_fk_roster_person_id FOREIGN KEY (kept_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_personmerge
    ADD CONSTRAINT roster_personmerge_merged_by_id_fe3bdb89_fk_roster_person_id FOREIGN KEY (merged_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_personmerge
    ADD CONSTRAINT roster_personmerge_undone_by_id_6ede27ce_fk_roster_person_id FOREIGN KEY (undone_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_promotion
    ADD CONSTRAINT roster_promotion_organization_id_ec9b9054_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_promotion
    ADD CONSTRAINT roster_promotion_run_id_7144cd7c_fk_roster_promotionrun_id FOREIGN KEY (run_id) REFERENCES public.roster_promotionrun(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_promotionrun
    ADD CONSTRAINT roster_promotionrun_created_by_id_f7e3657b_fk_roster_person_id FOREIGN KEY (created_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_promotionrun
    ADD CONSTRAINT roster_promotionrun_organization_id_117577f7_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_rolegrant
    ADD CONSTRAINT roster_rolegrant_granted_by_id_f6db9f9c_fk_roster_person_id FOREIGN KEY (granted_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_rolegrant
    ADD CONSTRAINT roster_rolegrant_organization_id_4e8a75f3_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_rolegrant
    ADD CONSTRAINT roster_rolegrant_person_id_6df8cbeb_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.roster_rolegrant
    ADD CONSTRAINT roster_rolegrant_revoked_by_id_741ac9e9_fk_roster_person_id FOREIGN KEY (revoked_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_alliance
    ADD CONSTRAINT schedule_alliance_lead_id_71752bc3_fk_roster_organization_id FOREIGN KEY (lead_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_alliancemember
    ADD CONSTRAINT schedule_alliancemem_alliance_id_8f66c476_fk_schedule_ FOREIGN KEY (alliance_id) REFERENCES public.schedule_alliance(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_alliancemember
    ADD CONSTRAINT schedule_alliancemem_organization_id_496c9d03_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_bellschedule
    ADD CONSTRAINT schedule_bellschedul_organization_id_84756451_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_calendarfeed
    ADD CONSTRAINT schedule_calendarfee_account_id_c3a7db79_fk_identity_ FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_calendarfeed
    ADD CONSTRAINT schedule_calendarfee_class_group_id_2d8af4ed_fk_roster_cl FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_calendarfeed
    ADD CONSTRAINT schedule_calendarfeed_teacher_id_fdf3a762_fk_roster_person_id FOREIGN KEY (teacher_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_course
    ADD CONSTRAINT schedule_course_organization_id_9ac52a6c_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_courseoffering
    ADD CONSTRAINT schedule_courseoffer_class_group_id_72080789_fk_roster_cl FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_courseoffering
    ADD CONSTRAINT schedule_courseoffer_course_id_7423d58c_fk_schedule_ FOREIGN KEY (course_id) REFERENCES public.schedule_course(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_invitation
    ADD CONSTRAINT schedule_invitation_alliance_id_17dac181_fk_schedule_ FOREIGN KEY (alliance_id) REFERENCES public.schedule_alliance(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_invitation
    ADD CONSTRAINT schedule_invitation_answered_by_id_6d01907c_fk_roster_person_id FOREIGN KEY (answered_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_invitation
    ADD CONSTRAINT schedule_invitation_invited_by_id_a6a97a4c_fk_roster_person_id FOREIGN KEY (invited_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_invitation
    ADD CONSTRAINT schedule_invitation_organization_id_104b89ec_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_lesson
    ADD CONSTRAINT schedule_lesson_alliance_id_16c4be40_fk_schedule_alliance_id FOREIGN KEY (alliance_id) REFERENCES public.schedule_alliance(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_lesson
    ADD CONSTRAINT schedule_lesson_class_group_id_aac96ba3_fk_roster_classgroup_id FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_lesson
    ADD CONSTRAINT schedule_lesson_entry_id_51893348_fk_schedule_timetableentry_id FOREIGN KEY (entry_id) REFERENCES public.schedule_timetableentry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_lesson
    ADD CONSTRAINT schedule_lesson_organization_id_785bdd29_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_lesson
    ADD CONSTRAINT schedule_lesson_room_id_6527d42b_fk_schedule_room_id FOREIGN KEY (room_id) REFERENCES public.schedule_room(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_lesson
    ADD CONSTRAINT schedule_lesson_teacher_id_1c27ae23_fk_roster_person_id FOREIGN KEY (teacher_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_lessonreceiver
    ADD CONSTRAINT schedule_lessonrecei_class_group_id_03e5453b_fk_roster_cl FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_lessonreceiver
    ADD CONSTRAINT schedule_lessonrecei_lesson_id_fed48501_fk_schedule_ FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_lessonreceiver
    ADD CONSTRAINT schedule_lessonreceiver_room_id_6c5d5e96_fk_schedule_room_id FOREIGN KEY (room_id) REFERENCES public.schedule_room(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_pairing
    ADD CONSTRAINT schedule_pairing_alliance_id_e743d68b_fk_schedule_alliance_id FOREIGN KEY (alliance_id) REFERENCES public.schedule_alliance(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_pairing
    ADD CONSTRAINT schedule_pairing_receiver_id_82ed5f58_fk_roster_classgroup_id FOREIGN KEY (receiver_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_pairing
    ADD CONSTRAINT schedule_pairing_sender_id_e5cd627e_fk_roster_classgroup_id FOREIGN KEY (sender_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_pairingchoice
    ADD CONSTRAINT schedule_pairingchoi_decided_by_id_fdc20d10_fk_roster_pe FOREIGN KEY (decided_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_pairingchoice
    ADD CONSTRAINT schedule_pairingchoi_pairing_id_f75e873e_fk_schedule_ FOREIGN KEY (pairing_id) REFERENCES public.schedule_pairing(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_period
    ADD CONSTRAINT schedule_period_schedule_id_c43b1888_fk_schedule_ FOREIGN KEY (schedule_id) REFERENCES public.schedule_bellschedule(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_room
    ADD CONSTRAINT schedule_room_class_group_id_c1d65868_fk_roster_classgroup_id FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_room
    ADD CONSTRAINT schedule_room_organization_id_f8cac17f_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_room
    ADD CONSTRAINT schedule_room_screen_account_id_76eaa55c_fk_identity_account_id FOREIGN KEY (screen_account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_timetable
    ADD CONSTRAINT schedule_timetable_organization_id_af3c537b_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_timetablechange
    ADD CONSTRAINT schedule_timetablech_entry_id_207dfacf_fk_schedule_ FOREIGN KEY (entry_id) REFERENCES public.schedule_timetableentry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_timetablechange
    ADD CONSTRAINT schedule_timetablech_teacher_id_913b075f_fk_roster_pe FOREIGN KEY (teacher_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_timetableentry
    ADD CONSTRAINT schedule_timetableen_class_group_id_f29df563_fk_roster_cl FOREIGN KEY (class_group_id) REFERENCES public.roster_classgroup(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_timetableentry
    ADD CONSTRAINT schedule_timetableen_timetable_id_fad44042_fk_schedule_ FOREIGN KEY (timetable_id) REFERENCES public.schedule_timetable(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_timetableentry
    ADD CONSTRAINT schedule_timetableentry_room_id_50014287_fk_schedule_room_id FOREIGN KEY (room_id) REFERENCES public.schedule_room(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.schedule_timetableentry
    ADD CONSTRAINT schedule_timetableentry_teacher_id_c2c7451b_fk_roster_person_id FOREIGN KEY (teacher_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.series_series
    ADD CONSTRAINT series_series_alliance_id_3f5cbefe_fk_schedule_alliance_id FOREIGN KEY (alliance_id) REFERENCES public.schedule_alliance(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.series_series
    ADD CONSTRAINT series_series_created_by_id_1a46c093_fk_roster_person_id FOREIGN KEY (created_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.series_series
    ADD CONSTRAINT series_series_organization_id_7a6184c9_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.series_series
    ADD CONSTRAINT series_series_region_id_1733525e_fk_roster_organization_id FOREIGN KEY (region_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.series_series
    ADD CONSTRAINT series_series_teacher_id_74b7ef24_fk_roster_person_id FOREIGN KEY (teacher_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.series_serieslesson
    ADD CONSTRAINT series_serieslesson_lesson_id_2693e47b_fk_schedule_lesson_id FOREIGN KEY (lesson_id) REFERENCES public.schedule_lesson(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.series_serieslesson
    ADD CONSTRAINT series_serieslesson_series_id_d0337bbc_fk_series_series_id FOREIGN KEY (series_id) REFERENCES public.series_series(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.series_subscription
    ADD CONSTRAINT series_subscription_person_id_fa483db6_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.series_subscription
    ADD CONSTRAINT series_subscription_series_id_b98b9ff8_fk_series_series_id FOREIGN KEY (series_id) REFERENCES public.series_series(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_bulkrow
    ADD CONSTRAINT sharing_bulkrow_resource_id_a6149d27_fk_resources_resource_id FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_bulkrow
    ADD CONSTRAINT sharing_bulkrow_run_id_9209940b_fk_sharing_bulkrun_id FOREIGN KEY (run_id) REFERENCES public.sharing_bulkrun(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_bulkrun
    ADD CONSTRAINT sharing_bulkrun_created_by_id_8e090871_fk_roster_person_id FOREIGN KEY (created_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_bulkrun
    ADD CONSTRAINT sharing_bulkrun_organization_id_8f4c4d39_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_cartridge
    ADD CONSTRAINT sharing_cartridge_version_id_9617692c_fk_resources FOREIGN KEY (version_id) REFERENCES public.resources_resourceversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_cartridgepart
    ADD CONSTRAINT sharing_cartridgepar_cartridge_id_22017efd_fk_sharing_c FOREIGN KEY (cartridge_id) REFERENCES public.sharing_cartridge(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_cartridgepart
    ADD CONSTRAINT sharing_cartridgepar_resource_id_d608f9b8_fk_resources FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_harvest
    ADD CONSTRAINT sharing_harvest_neighbour_id_906ddaf0_fk_sharing_neighbour_id FOREIGN KEY (neighbour_id) REFERENCES public.sharing_neighbour(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_harvested
    ADD CONSTRAINT sharing_harvested_neighbour_id_a734c73c_fk_sharing_neighbour_id FOREIGN KEY (neighbour_id) REFERENCES public.sharing_neighbour(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_harvested
    ADD CONSTRAINT sharing_harvested_resource_id_a257d1e2_fk_resources_resource_id FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_neighbour
    ADD CONSTRAINT sharing_neighbour_created_by_id_b19eb8e8_fk_roster_person_id FOREIGN KEY (created_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_neighbour
    ADD CONSTRAINT sharing_neighbour_organization_id_c6f84400_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_origin
    ADD CONSTRAINT sharing_origin_organization_id_711ea0fa_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.sharing_origin
    ADD CONSTRAINT sharing_origin_resource_id_07e25e75_fk_resources_resource_id FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.socialaccount_socialtoken
    ADD CONSTRAINT socialaccount_social_account_id_951f210e_fk_socialacc FOREIGN KEY (account_id) REFERENCES public.socialaccount_socialaccount(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.socialaccount_socialtoken
    ADD CONSTRAINT socialaccount_social_app_id_636a42d7_fk_socialacc FOREIGN KEY (app_id) REFERENCES public.socialaccount_socialapp(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.socialaccount_socialaccount
    ADD CONSTRAINT socialaccount_social_user_id_8146e70c_fk_identity_ FOREIGN KEY (user_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.suggested_hidden
    ADD CONSTRAINT suggested_hidden_person_id_c4f7b2f1_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.suggested_hidden
    ADD CONSTRAINT suggested_hidden_resource_id_8ed338e0_fk_resources_resource_id FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.suggested_plain
    ADD CONSTRAINT suggested_plain_person_id_f3d4bd6c_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.suggested_use
    ADD CONSTRAINT suggested_use_person_id_0c53eac8_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.suggested_use
    ADD CONSTRAINT suggested_use_resource_id_c89899f2_fk_resources_resource_id FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_change
    ADD CONSTRAINT taxonomy_change_framework_id_66936778_fk_taxonomy_framework_id FOREIGN KEY (framework_id) REFERENCES public.taxonomy_framework(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_change
    ADD CONSTRAINT taxonomy_change_node_id_debfc33e_fk_taxonomy_node_id FOREIGN KEY (node_id) REFERENCES public.taxonomy_node(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_change
    ADD CONSTRAINT taxonomy_change_person_id_e8d7f385_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_framework
    ADD CONSTRAINT taxonomy_framework_organization_id_2ed9b105_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_framework
    ADD CONSTRAINT taxonomy_framework_successor_id_2bc860db_fk_taxonomy_ FOREIGN KEY (successor_id) REFERENCES public.taxonomy_framework(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_link
    ADD CONSTRAINT taxonomy_link_destination_id_d1020f88_fk_taxonomy_node_id FOREIGN KEY (destination_id) REFERENCES public.taxonomy_node(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_link
    ADD CONSTRAINT taxonomy_link_origin_id_88956c09_fk_taxonomy_node_id FOREIGN KEY (origin_id) REFERENCES public.taxonomy_node(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_node
    ADD CONSTRAINT taxonomy_node_framework_id_c866654d_fk_taxonomy_framework_id FOREIGN KEY (framework_id) REFERENCES public.taxonomy_framework(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_node
    ADD CONSTRAINT taxonomy_node_parent_id_4cee39a9_fk_taxonomy_node_id FOREIGN KEY (parent_id) REFERENCES public.taxonomy_node(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_upload
    ADD CONSTRAINT taxonomy_upload_framework_id_1088d322_fk_taxonomy_framework_id FOREIGN KEY (framework_id) REFERENCES public.taxonomy_framework(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.taxonomy_upload
    ADD CONSTRAINT taxonomy_upload_person_id_a9ee9f73_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.usersessions_usersession
    ADD CONSTRAINT usersessions_userses_user_id_af5e0a6d_fk_identity_ FOREIGN KEY (user_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.wanted_answer
    ADD CONSTRAINT wanted_answer_call_id_59ed3bf2_fk_wanted_call_id FOREIGN KEY (call_id) REFERENCES public.wanted_call(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.wanted_answer
    ADD CONSTRAINT wanted_answer_decided_by_id_291895e4_fk_roster_person_id FOREIGN KEY (decided_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.wanted_answer
    ADD CONSTRAINT wanted_answer_person_id_09a779f7_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.wanted_answer
    ADD CONSTRAINT wanted_answer_resource_id_b394c720_fk_resources_resource_id FOREIGN KEY (resource_id) REFERENCES public.resources_resource(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.wanted_call
    ADD CONSTRAINT wanted_call_alliance_id_a0440cad_fk_schedule_alliance_id FOREIGN KEY (alliance_id) REFERENCES public.schedule_alliance(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.wanted_call
    ADD CONSTRAINT wanted_call_made_by_id_7c411a9a_fk_roster_person_id FOREIGN KEY (made_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.wanted_call
    ADD CONSTRAINT wanted_call_organization_id_57b7aadc_fk_roster_organization_id FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.wanted_callnode
    ADD CONSTRAINT wanted_callnode_call_id_18e91287_fk_wanted_call_id FOREIGN KEY (call_id) REFERENCES public.wanted_call(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.wanted_callnode
    ADD CONSTRAINT wanted_callnode_node_id_8b905391_fk_taxonomy_node_id FOREIGN KEY (node_id) REFERENCES public.taxonomy_node(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_application
    ADD CONSTRAINT workflow_application_applicant_id_8354b65f_fk_roster_person_id FOREIGN KEY (applicant_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_application
    ADD CONSTRAINT workflow_application_organization_id_d7ebe06f_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_application
    ADD CONSTRAINT workflow_application_version_id_cd0b0e47_fk_workflow_ FOREIGN KEY (version_id) REFERENCES public.workflow_workflowversion(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_application
    ADD CONSTRAINT workflow_application_workflow_id_51fc3663_fk_workflow_ FOREIGN KEY (workflow_id) REFERENCES public.workflow_workflow(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_decision_for_whom_id_f8f478aa_fk_roster_person_id FOREIGN KEY (for_whom_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_decision_person_id_c754c5b3_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_decision
    ADD CONSTRAINT workflow_decision_task_id_6e8aac68_fk_workflow_task_id FOREIGN KEY (task_id) REFERENCES public.workflow_task(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_delegation
    ADD CONSTRAINT workflow_delegation_giver_id_7b452eff_fk_roster_person_id FOREIGN KEY (giver_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_delegation
    ADD CONSTRAINT workflow_delegation_organization_id_964ad988_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_delegation
    ADD CONSTRAINT workflow_delegation_taker_id_d11d3c8c_fk_roster_person_id FOREIGN KEY (taker_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_line
    ADD CONSTRAINT workflow_line_application_id_02c7b9bb_fk_workflow_ FOREIGN KEY (application_id) REFERENCES public.workflow_application(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_line
    ADD CONSTRAINT workflow_line_person_id_caa1f293_fk_roster_person_id FOREIGN KEY (person_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_task
    ADD CONSTRAINT workflow_task_application_id_c8571183_fk_workflow_ FOREIGN KEY (application_id) REFERENCES public.workflow_application(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_task
    ADD CONSTRAINT workflow_task_organization_id_56464131_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_workflow
    ADD CONSTRAINT workflow_workflow_created_by_id_110c01ef_fk_roster_person_id FOREIGN KEY (created_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_workflow
    ADD CONSTRAINT workflow_workflow_organization_id_a827a73e_fk_roster_or FOREIGN KEY (organization_id) REFERENCES public.roster_organization(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_workflowversion
    ADD CONSTRAINT workflow_workflowver_made_by_id_872519ed_fk_roster_pe FOREIGN KEY (made_by_id) REFERENCES public.roster_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.workflow_workflowversion
    ADD CONSTRAINT workflow_workflowver_workflow_id_131c92f5_fk_workflow_ FOREIGN KEY (workflow_id) REFERENCES public.workflow_workflow(id) DEFERRABLE INITIALLY DEFERRED;
