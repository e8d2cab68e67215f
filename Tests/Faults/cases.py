"""The faults, one function each: `case(folder, quick)` returns what it saw, for docs/reliability.md."""
import processes
import balancer_cases
import disk_cases
import input_cases
import kill_cases
import measuring_cases
import model_cases
import network_cases
import postgres
import postgres_cases
import store_cases
import time_cases
import worker_cases

CASES = [
    kill_cases.killed_at_random, measuring_cases.model_segfaults, measuring_cases.quiet_while_measuring,
    disk_cases.torn_and_flipped, disk_cases.hundred_thousand_records, disk_cases.full_spool_keeps_the_best,
    disk_cases.full_disk_of_the_collector, disk_cases.disk_full, disk_cases.disk_read_only,
    network_cases.bad_answers, network_cases.delivered_twice_and_late, network_cases.one_bad_record,
    network_cases.name_lookup_fails, network_cases.wrong_certificate, network_cases.through_a_proxy,
    network_cases.network_cut_for_an_hour, time_cases.clock_steps,
    model_cases.bogus_model, model_cases.model_fetched_over_cuts, measuring_cases.model_loops,
    worker_cases.model_out_of_memory, worker_cases.plan_cache_full, worker_cases.heartbeats_back_off,
    *store_cases.CASES, *postgres_cases.CASES, *balancer_cases.CASES, *input_cases.CASES,
]


def end_all(folder):
    """Ends what a case left running."""
    for process in processes.started:
        if process.log_path.startswith(folder + "/"):
            process.kill()
    postgres.end_all(folder)
