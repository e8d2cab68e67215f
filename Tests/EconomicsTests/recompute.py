#!/usr/bin/env python3
"""Recomputes ROI.md from its formulas, for random deployments.

Independent of the Swift code on purpose: Erlang C by the textbook recursion, the number of units by a linear scan,
the frontier by comparing every pair of choices. Standard library only.

Plans by site are found by trying every combination of what the sites can buy.

usage: recompute.py SEED COUNT  ->  {"cases": [{"deployment", "tiers", "measurements", "rank", "plan", "request",
"sitePlan"}]} on stdout
       recompute.py --files DEPLOYMENT.yaml TIERS.yaml MEASUREMENTS.json  ->  {"rank", "plan"} on stdout
"""
import itertools
import json
import math
import random
import sys

HOURS = 8766.0
SECONDS = 31557600.0
FAMILIES = {"resnet18": ("ResNet", 2), "resnet50": ("ResNet", 2), "densenet121": ("DenseNet", 5),
            "mobilenet_v2": ("MobileNetV2", 3), "squeezenet1_1": ("SqueezeNet", 3), "vgg11": ("VGG", 2),
            "shufflenet_v2_x1_0": ("ShuffleNetV2", 2), "mine": (None, None)}
PUBLISHED_INT8 = {"resnet18": 0.69494, "resnet50": 0.75920, "shufflenet_v2_x1_0": 0.68360, "mobilenet_v2": 0.71658}
PUBLISHED_FLOAT = {"densenet121": 0.74434, "squeezenet1_1": 0.58178, "vgg11": 0.69020}


def erlang_c(c, a):
    b = 1.0
    for i in range(1, c + 1):
        b = a * b / (i + a * b)
    u = a / c
    return b / (1 - u * (1 - b))


def latency_under_load(deployment, m, latency, n):
    demand = deployment["demand"]
    ca2 = 1.0 if demand["arrivals"] == "poisson" else 0.0
    variability = (ca2 + m["serviceTimeCv2"]) / 2
    if demand["inferences_per_second"] == 0 or variability == 0:
        return latency
    k = m["instances"]
    c = n * k
    u = demand["inferences_per_second"] / (n * m["throughputPerSecond"])
    if u >= 1:
        return math.inf
    s = 1000.0 * k / m["throughputPerSecond"]
    tau = s / (c * (1 - u)) * variability
    waiting = erlang_c(c, c * u)
    p = deployment["slo"]["percentile"] / 100
    return latency + max(0.0, tau * math.log(waiting / (1 - p)) if waiting > 0 else 0.0)


def accuracy_used(m):
    if m.get("accuracy") is None:
        if m["model"] in PUBLISHED_INT8:
            return PUBLISHED_INT8[m["model"]]
        if m["model"] in PUBLISHED_FLOAT:
            return PUBLISHED_FLOAT[m["model"]] - 0.005
        return None
    if m["accuracy"]["source"] == "published-float":
        return m["accuracy"]["value"] - 0.005
    return m["accuracy"]["value"]


def annuity(years, rate):
    return sum((1 + rate) ** -j for j in range(1, years + 1))


def evaluate(deployment, tier, m):
    demand = deployment["demand"]
    D, d, S = demand["inferences_per_second"], demand["duty"], demand["sites"]
    T = m["throughputPerSecond"]
    latency = m["latencyMilliseconds"]["p%d" % deployment["slo"]["percentile"]]
    limit = deployment["slo"]["milliseconds"]
    years, rate = deployment["years"], deployment["discount"]
    failed = []

    least = max(1, math.ceil(D / (T * (1 - deployment["headroom"])) - 1e-9))
    n = 0 if D == 0 else least
    if D > 0 and latency <= limit:
        while latency_under_load(deployment, m, latency, n) > limit:
            n += 1
    if latency > limit:
        failed.append("latency")
    if m["peakRssMib"] + tier["os_reserve_mib"] + deployment["app_memory_mib"] > tier["memory_mib"]:
        failed.append("memory")
    A = accuracy_used(m)
    if A is None or A < deployment["accuracy_floor"]:
        failed.append("accuracy")
    if "max_units_per_site" in tier and n > tier["max_units_per_site"]:
        failed.append("units")

    a = annuity(years, rate)
    u = 0.0 if D == 0 else D / (n * T)
    factor = None
    if "energy" in m:
        if m["energy"]["domain"] == "wall":
            factor = 1.0
        else:
            factor = tier.get("package_to_wall", deployment.get("package_to_wall"))
    if factor is None:
        kwh = n * (d * (tier["idle_watts"] + u * (tier["active_watts"] - tier["idle_watts"]))
                   + (1 - d) * tier["idle_watts"]) * HOURS / 1000
    else:
        kwh = n * tier["idle_watts"] * HOURS / 1000
        kwh += D * d * HOURS * 3600 * factor * m["energy"]["joulesPerInference"] / 3.6e6

    life = tier.get("lifetime_years", years)
    purchases, j = 0.0, 0
    while j * life < years - 1e-9:
        purchases += (1 + rate) ** (-j * life)
        j += 1
    capex = S * n * (tier["price_usd"] + tier["install_usd"]) * purchases
    opex = S * a * (kwh * deployment["usd_per_kwh"] + tier["maintenance_per_year"] * n * tier["price_usd"])

    tuning, days = 0.0, 0.0
    plan = deployment["tuning"]
    N = FAMILIES[m["model"]][1]
    if plan != "none" and N is not None:
        N = plan.get("hyperparameters", {}).get(FAMILIES[m["model"]][0], N)
        trials = min(plan["values_per_hyperparameter"] ** N, plan["max_trials"])
        tuning = trials * (plan["gpu_hours"] * plan["gpu_usd_per_hour"]
                           + plan["engineer_hours"] * plan["engineer_usd_per_hour"])
        if "parallel_gpus" in plan:
            days = trials * plan["gpu_hours"] / (24 * plan["parallel_gpus"])
    if "deadline_days" in deployment and days > deployment["deadline_days"]:
        failed.append("deadline")

    first_year = max(0.0, 1 - days / 365.25)
    valued = (a - 1 / (1 + rate)) + first_year / (1 + rate)
    return {"model": m["model"], "tier": m["tier"], "settings": m.get("settings"), "feasible": not failed,
            "failed": failed, "unitsPerSite": n, "utilisation": u,
            "latencyUnderLoadMilliseconds": latency_under_load(deployment, m, latency, n) if n else latency,
            "capexUsd": capex, "opexUsd": opex, "tuningUsd": tuning, "tcoUsd": capex + opex + tuning, "accuracy": A,
            "energyKwhPerSiteYear": kwh, "inferences": S * D * d * SECONDS * a, "valued": S * D * d * SECONDS * valued}


def finish(deployment, evaluations):
    names = lambda e: (e["model"], e["tier"], e["settings"] or "")
    known = [e for e in evaluations if e["accuracy"] is not None]
    pool = [e for e in known if e["feasible"]] or known
    reference = min(pool, key=lambda e: (e["tcoUsd"], names(e)))["accuracy"] if pool else 0.0
    worth, phi = deployment.get("value"), deployment["backbone_influence"]
    for e in evaluations:
        e["valueUsd"] = e["netValueUsd"] = e["roi"] = e["usdPerMillionCorrect"] = None
        if e["accuracy"] is None:
            continue
        correct = e["inferences"] * e["accuracy"] / 1e6
        if correct > 0:
            e["usdPerMillionCorrect"] = e["tcoUsd"] / correct
        if worth is None:
            continue
        effective = reference + phi * (e["accuracy"] - reference)
        e["valueUsd"] = e["valued"] * (worth["correct_usd"] * effective - worth["wrong_usd"] * (1 - effective))
        e["netValueUsd"] = e["valueUsd"] - e["tcoUsd"]
        if e["tcoUsd"] > 0:
            e["roi"] = e["netValueUsd"] / e["tcoUsd"]
    return reference


def key(deployment, objective):
    """Sort key: feasible first, best first, exact ties by cost and names."""
    def of(e):
        if e["accuracy"] is None:
            band, score = 9, 0.0
        elif objective == "cost":
            cost = e["usdPerMillionCorrect"]
            band, score = (9, 0.0) if cost is None else (1, cost)
        elif objective == "plan":
            band, score = 1, -(e["valueUsd"] - (1 + deployment["hurdle"]) * e["tcoUsd"])
        elif e["tcoUsd"] > 0:
            band, score = 1, -e["roi"]
        elif e["valueUsd"] > 0:
            band, score = 0, -e["netValueUsd"]
        else:
            band, score = (1, -0.0) if e["valueUsd"] == 0 else (2, -e["netValueUsd"])
        return (not e["feasible"], band, score, e["tcoUsd"], e["model"], e["tier"], e["settings"] or "")
    return of


def best_settings(deployment, objective, evaluations):
    best = {}
    order = key(deployment, objective)
    for e in evaluations:
        pair = (e["model"], e["tier"])
        if pair not in best or order(e) < order(best[pair]):
            best[pair] = e
    return sorted(best.values(), key=order)


def dominated(e, others):
    return any(o["tcoUsd"] <= e["tcoUsd"] and o["valueUsd"] >= e["valueUsd"]
               and (o["tcoUsd"] < e["tcoUsd"] or o["valueUsd"] > e["valueUsd"]) for o in others)


def frontier(feasible):
    """Corner points: those best under some hurdle. Walks from "none" along the steepest slope to a higher value."""
    feasible = sorted(feasible, key=lambda e: (e["model"], e["tier"], e["settings"] or ""))  # settles exact ties
    at, points = (0.0, 0.0), []
    while True:
        ahead = [e for e in feasible if e["valueUsd"] > at[1] and e["tcoUsd"] >= at[0]]
        if not ahead:
            return points
        def slope(e):
            rise, run = e["valueUsd"] - at[1], e["tcoUsd"] - at[0]
            return math.inf if run == 0 else rise / run
        step = max(ahead, key=lambda e: (slope(e), e["valueUsd"]))
        run = step["tcoUsd"] - at[0]
        points.append({"model": step["model"], "tier": step["tier"], "tcoUsd": step["tcoUsd"],
                       "valueUsd": step["valueUsd"],
                       "incrementalRoi": None if run == 0 else (step["valueUsd"] - at[1] - run) / run})
        at = (step["tcoUsd"], step["valueUsd"])


def break_even(deployment, choice, other, reference):
    """The influence at which both are worth the same: the objective is linear in it, so two evaluations give it."""
    def worth(e, phi):
        effective = reference + phi * (e["accuracy"] - reference)
        v = deployment["value"]
        return (e["valued"] * (v["correct_usd"] * effective - v["wrong_usd"] * (1 - effective))
                - (1 + deployment["hurdle"]) * e["tcoUsd"])
    at_zero = worth(choice, 0.0) - worth(other, 0.0)
    at_one = worth(choice, 1.0) - worth(other, 1.0)
    if at_one == at_zero:
        return None
    root = at_zero / (at_zero - at_one)
    return root if 0 <= root <= 1 else None


def cost_years(deployment, tier, e):
    """Discounted cost and value of each year, from the start; purchases one by one."""
    years, rate, sites = deployment["years"], deployment["discount"], deployment["demand"]["sites"]
    units = sites * e["unitsPerSite"]
    costs, values = [0.0] * (years + 1), [0.0] * (years + 1)
    costs[0] = e["tuningUsd"]
    at = 0.0
    count = 0
    while at < years - 1e-9:
        costs[math.ceil(at - 1e-9) if at > 0 else 0] += units * (tier["price_usd"] + tier["install_usd"]) / (1 + rate) ** at
        count += 1
        at = count * tier.get("lifetime_years", years)
    for year in range(1, years + 1):
        running = (sites * e["energyKwhPerSiteYear"] * deployment["usd_per_kwh"]
                   + tier["maintenance_per_year"] * units * tier["price_usd"])
        costs[year] += running / (1 + rate) ** year
    if e["valueUsd"] is not None:
        per_year = e["valueUsd"] / e["valued"] if e["valued"] else 0.0
        full = e["inferences"] / annuity(years, rate)
        for year in range(1, years + 1):
            values[year] = per_year * full / (1 + rate) ** year
        values[1] -= per_year * (e["inferences"] - e["valued"])
    return [{"cost": c, "value": v} for c, v in zip(costs, values)]


def site_plan(deployment, tiers, measurements, request):
    """The best plan by site, by trying every combination; the reference is feasible at most sites, then cheapest."""
    by_id = {tier["id"]: tier for tier in tiers}
    per_site = []
    for site in request["sites"]:
        own = dict(deployment, demand=dict(deployment["demand"], sites=1, inferences_per_second=site["inferences_per_second"],
                                           duty=site.get("duty", deployment["demand"]["duty"])))
        options = []
        for index, m in enumerate(measurements):
            e = evaluate(own, by_id[m["tier"]], m)
            if not e["feasible"] or site["inferences_per_second"] == 0:
                continue
            tier = by_id[m["tier"]]
            have = min(e["unitsPerSite"], site.get("owned", {}).get(m["tier"], 0))
            e["index"], e["fresh"] = index, e["unitsPerSite"] - have
            e["cost"] = e["capexUsd"] + e["opexUsd"] - have * (tier["price_usd"] + tier["install_usd"])
            options.append(e)
        per_site.append(options)
    totals = {}
    for options in per_site:
        for e in options:
            count, cost = totals.get(e["index"], (0, e["tuningUsd"]))
            totals[e["index"]] = (count + 1, cost + e["cost"])
    names = lambda i: (measurements[i]["model"], measurements[i]["tier"], measurements[i].get("settings") or "",
                       measurements[i]["instances"])
    first = min(totals, key=lambda i: (-totals[i][0], totals[i][1], names(i)), default=None)
    reference = 0.0 if first is None else accuracy_used(measurements[first])
    worth, phi = deployment.get("value"), deployment["backbone_influence"]

    def total(picks):
        picks = [e for e in picks if e is not None]
        cost = sum(e["cost"] for e in picks)
        cost += sum({FAMILIES[e["model"]][0]: e["tuningUsd"] for e in picks}.values())
        for tier, units in request["stock"].items():
            cost -= by_id[tier]["price_usd"] * min(units, sum(e["fresh"] for e in picks if e["tier"] == tier))
        value = 0.0
        for e in picks:
            effective = reference + phi * (e["accuracy"] - reference)
            if worth is not None:
                value += e["valued"] * (worth["correct_usd"] * effective - worth["wrong_usd"] * (1 - effective))
        return cost, value, sum(e["inferences"] * e["accuracy"] / 1e6 for e in picks)

    if worth is None:
        ratios = [(c / k, c) for c, _, k in (total(p) for p in itertools.product(*[o or [None] for o in per_site])) if k > 0]
        return {"ratio": min(ratios)[0] if ratios else None, "objectiveUsd": None}
    plans = [total(p) for p in itertools.product(*[[None] + o for o in per_site])]
    scored = [(value - (1 + deployment["hurdle"]) * cost, cost) for cost, value, _ in plans]
    if request["budgetShare"] is not None:
        request["budgetUsd"] = max(scored)[1] * request["budgetShare"]
        scored = [s for s in scored if s[1] <= request["budgetUsd"] * (1 + 1e-12)]
    return {"ratio": None, "objectiveUsd": max(scored)[0]}


def random_request(rng, deployment, tiers):
    sites = []
    for index in range(rng.randint(1, 2)):
        site = {"site": "s%d" % index, "inferences_per_second": rng.choice([0, 5, rng.uniform(0.2, 90)])}
        if rng.random() < 0.4:
            site["duty"] = rng.random()
        if rng.random() < 0.6:
            site["owned"] = {rng.choice(tiers)["id"]: rng.randint(0, 4)}
        sites.append(site)
    stock = {tier["id"]: rng.randint(0, 5) for tier in tiers if rng.random() < 0.3}
    share = rng.choice([None, 0.4, 0.8, 1.1]) if "value" in deployment else None
    return {"sites": sites, "stock": stock, "budgetShare": share}


def random_case(rng):
    models = rng.sample(sorted(FAMILIES), rng.randint(1, 5))
    years = rng.randint(1, 6)
    deployment = {
        "name": "random", "demand": {"inferences_per_second": rng.choice([0.5, 3, 20, 137.0, 900, rng.uniform(1, 60)]),
                                     "duty": rng.choice([1, 0.5, rng.uniform(0.05, 1)]), "sites": rng.randint(1, 500),
                                     "arrivals": rng.choice(["poisson", "poisson", "periodic"])},
        "slo": {"percentile": rng.choice([50, 90, 99]), "milliseconds": rng.choice([40, 150, 600, rng.uniform(20, 900)])},
        "accuracy_floor": rng.choice([0, 0.6, 0.69, 0.72]), "years": years,
        "discount": rng.choice([0, 0.08, rng.uniform(0, 0.3)]), "usd_per_kwh": rng.choice([0, 0.15, rng.uniform(0, 0.6)]),
        "headroom": rng.choice([0, 0.3, rng.uniform(0, 0.6)]), "hurdle": rng.choice([0, 1, 20, rng.uniform(0, 40)]),
        "tuning": "none", "app_memory_mib": rng.choice([0, 0, 100]),
        "backbone_influence": rng.choice([1, 1, 0, rng.random()])}
    if rng.random() < 0.06:
        deployment["demand"]["inferences_per_second"] = 0
    if rng.random() < 0.8:
        deployment["value"] = {"correct_usd": rng.choice([2e-5, rng.uniform(0, 4e-5)]),
                               "wrong_usd": rng.choice([0, 1e-5, rng.uniform(0, 5e-5)])}
    if rng.random() < 0.7:
        deployment["tuning"] = {"values_per_hyperparameter": rng.randint(1, 5), "max_trials": rng.randint(1, 300),
                                "gpu_hours": rng.uniform(0, 20), "gpu_usd_per_hour": rng.uniform(0, 4),
                                "engineer_hours": rng.uniform(0, 1), "engineer_usd_per_hour": 80}
        if rng.random() < 0.5:
            deployment["tuning"]["parallel_gpus"] = rng.choice([1, 4, 16])
            if rng.random() < 0.5:
                deployment["deadline_days"] = rng.choice([2, 30, 400])
        if rng.random() < 0.3:
            deployment["tuning"]["hyperparameters"] = {"ResNet": rng.randint(0, 4)}
    if rng.random() < 0.3:
        deployment["package_to_wall"] = rng.uniform(1, 3)

    tiers, measurements = [], []
    for index in range(rng.randint(1, 4)):
        free = rng.random() < 0.05
        idle = 0 if free else rng.choice([2.7, rng.uniform(0, 40)])
        tier = {"id": "tier-%d" % index, "price_usd": 0 if free else rng.choice([45, 80, rng.uniform(1, 3000)]),
                "install_usd": 0 if free else rng.choice([0, 25.5]), "memory_mib": rng.choice([512, 1024, 8192]),
                "os_reserve_mib": rng.choice([0, 300, 450]), "idle_watts": idle,
                "active_watts": idle if free else idle + rng.uniform(0, 60),
                "maintenance_per_year": rng.choice([0, 0.1, rng.uniform(0, 0.3)])}
        if rng.random() < 0.5:
            tier["max_units_per_site"] = rng.choice([1, 2, 8, 40])
        if rng.random() < 0.5:
            tier["lifetime_years"] = rng.choice([1, 1.5, 2, 3, 5, rng.uniform(0.5, 8)])
        if rng.random() < 0.2:
            tier["package_to_wall"] = rng.uniform(1, 3)
        tiers.append(tier)
        for model in models:
            for settings in rng.choice([[None], ["one", "two"]]):
                k = rng.choice([1, 1, 2, 4, 16])
                service = rng.uniform(3, 250)
                p50 = service * rng.uniform(0.9, 1.0)
                p90 = p50 * rng.uniform(1, 1.3)
                m = {"model": model, "tier": tier["id"], "throughputPerSecond": 1000 * k / service,
                     "latencyMilliseconds": {"p50": p50, "p90": p90, "p99": p90 * rng.uniform(1, 2)},
                     "peakRssMib": rng.uniform(20, 300), "instances": k,
                     "serviceTimeCv2": rng.choice([0, 0, rng.uniform(0, 0.5)])}
                if FAMILIES[model][0] is not None and rng.random() < 0.5:
                    m["family"] = FAMILIES[model][0]
                if settings is not None:
                    m["settings"] = settings
                if rng.random() < 0.8:
                    m["accuracy"] = {"value": rng.uniform(0.55, 0.8),
                                     "source": rng.choice(["given", "evaluated", "published-int8", "published-float"])}
                if rng.random() < 0.3:
                    m["energy"] = {"joulesPerInference": rng.uniform(0, 2), "domain": rng.choice(["wall", "package"])}
                measurements.append(m)
    return deployment, tiers, measurements


def solve(deployment, tiers, measurements):
    by_id = {tier["id"]: tier for tier in tiers}
    evaluations = [evaluate(deployment, by_id[m["tier"]], m) for m in measurements]
    reference = finish(deployment, evaluations)
    has_value = "value" in deployment
    rank = best_settings(deployment, "roi" if has_value else "cost", evaluations)
    rated = [e for e in rank if e["feasible"]] if has_value else []
    for e in rank:
        e["dominated"] = e in rated and dominated(e, rated)
    rank = [dict(e) for e in rank]

    ordered = best_settings(deployment, "plan" if has_value else "cost", evaluations)
    top = ordered[0] if ordered and ordered[0]["feasible"] else None
    objective = None
    if top is not None and has_value:
        objective = top["valueUsd"] - (1 + deployment["hurdle"]) * top["tcoUsd"]
        if objective <= 0:
            top = objective = None
    corners = frontier([e for e in evaluations if e["feasible"]]) if has_value else []
    plan = {"choice": None if top is None else {"model": top["model"], "tier": top["tier"]}, "objectiveUsd": objective,
            "frontier": corners, "breakEven": [],
            "years": [] if top is None else cost_years(deployment, by_id[top["tier"]], top)}
    if top is not None and has_value:
        for corner in corners:
            if (corner["model"], corner["tier"]) != (top["model"], top["tier"]):
                other = next(e for e in evaluations if e["tcoUsd"] == corner["tcoUsd"]
                             and e["valueUsd"] == corner["valueUsd"] and e["model"] == corner["model"])
                plan["breakEven"].append(break_even(deployment, top, other, reference))
    return rank, plan


def scalar(text):
    text = text.strip()
    if text.startswith("{") or text.startswith("["):
        inner, closing = text[1:-1], text[0]
        parts = [part for part in inner.split(",") if part.strip()]
        if closing == "[":
            return [scalar(part) for part in parts]
        return {part.split(":", 1)[0].strip(): scalar(part.split(":", 1)[1]) for part in parts}
    if text.startswith('"'):
        return text.strip('"')
    if text in ("true", "false"):
        return text == "true"
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def read_yaml(path):
    """As much of YAML as the examples use: mappings by indentation, lists of mappings, flat flow mappings and comments."""
    lines = []
    for line in open(path):
        line = line.split(" #")[0].rstrip() if not line.startswith("#") else ""
        if line.strip():
            lines.append((len(line) - len(line.lstrip()), line.strip()))

    def block(at, indent):
        if lines[at][1].startswith("- "):
            items = []
            while at < len(lines) and lines[at][0] == indent and lines[at][1].startswith("- "):
                lines[at] = (indent + 2, lines[at][1][2:])
                item, at = block(at, indent + 2)
                items.append(item)
            return items, at
        mapping = {}
        while at < len(lines) and lines[at][0] == indent and not lines[at][1].startswith("- "):
            key, value = lines[at][1].split(":", 1)
            at += 1
            if value.strip():
                mapping[key] = scalar(value)
            else:
                mapping[key], at = block(at, lines[at][0])
        return mapping, at

    return block(0, lines[0][0])[0]


def from_files(deployment_path, tiers_path, measurements_path):
    deployment = read_yaml(deployment_path)
    for key, value in {"accuracy_floor": 0, "discount": 0, "headroom": 0.3, "hurdle": 0, "tuning": "none",
                       "app_memory_mib": 0, "backbone_influence": 1}.items():
        deployment.setdefault(key, value)
    tiers = read_yaml(tiers_path)["tiers"]
    for tier in tiers:
        for key in ("install_usd", "os_reserve_mib", "maintenance_per_year"):
            tier.setdefault(key, 0)
    measurements = json.load(open(measurements_path))["measurements"]
    for m in measurements:
        m["settings"] = json.dumps(m.get("settings"), sort_keys=True)
    rank, plan = solve(deployment, tiers, measurements)
    json.dump({"rank": rank, "plan": plan}, sys.stdout)


def main():
    if sys.argv[1] == "--files":
        return from_files(*sys.argv[2:5])
    rng = random.Random(int(sys.argv[1]))
    cases = []
    for _ in range(int(sys.argv[2])):
        deployment, tiers, measurements = random_case(rng)
        rank, plan = solve(deployment, tiers, measurements)
        request = random_request(rng, deployment, tiers)
        by_site = site_plan(deployment, tiers, measurements, request)
        cases.append({"deployment": deployment, "tiers": {"tiers": tiers},
                      "measurements": {"measurements": measurements}, "rank": rank, "plan": plan, "request": request,
                      "sitePlan": by_site})
    json.dump({"cases": cases}, sys.stdout)


if __name__ == "__main__":
    main()
