# Slipway: everything a person or a pipeline runs. `make` alone lists it.

VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
UV := .slipway/uv-$(UV_VERSION)/bin/uv

# The first Python new enough, under any name; `make PYTHON=/path/to/python3.13 ...` overrules.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; exit; }; done; echo python3)

# Locked packages, in layers: what the commands need, what the program adds, what the tests add, what the benchmarks add.
PIP := delivery/requirements-pip.txt
RUN := app/requirements.txt delivery/requirements.txt
DATA := app/models/sample/requirements-first.txt
SAMPLES := app/models/sample/requirements.txt
MORE_SAMPLES := app/models/sample/requirements-more.txt
PROGRAM := requirements.txt
SITE := docs/requirements.txt
DEPLOY := delivery/requirements-deploy.txt
TEST := $(RUN) $(PROGRAM) app/requirements-otlp.txt tests/requirements.txt $(SITE)
BENCH := $(RUN) bench/requirements.txt
# An environment of its own: what the benches compare with is nothing that Slipway needs.
BENCH_VENV := .slipway/bench-venv
# Likewise the classifiers of other people, which pin packages that nothing else here needs.
CLASSIFIERS := bench/classifiers/requirements.txt
CLASSIFIERS_VENV := .slipway/classifiers-venv
# Likewise what judges the rendered objects: checkov alone takes 290 MB.
CHECKOV := tests/infra/validators/requirements.txt
CHECKOV_VENV := .slipway/checkov-venv
KUBE_SCORE_VERSION := v1.20.0
# Each takes up to 800 MB.
WORKERS := --numprocesses auto --maxprocesses 4 --dist loadfile
GATEWAY_CHART := oci://docker.io/envoyproxy/gateway-helm
CERT_MANAGER_CHART := oci://quay.io/jetstack/charts/cert-manager

# Every command; the files that make keeps are below, under "Stamps".
.PHONY: help rehearse preview page up doctor release test check lint types unit test-engine test-cluster test-infra validators \
  golden reference site site-serve schemas image pictures bench-first bench-render bench-serving bench-hostile \
  bench-image bench-model bench-classifiers lock clean
.DEFAULT_GOAL := help

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'

rehearse: $(VENV)/.local ## Model, image, environments, release, another one under load, and back; KEEP=1 leaves it running
	@$(BIN)/slipway rehearse $(if $(APP),--app $(APP)) $(if $(KEEP),--keep) $(OPTIONS)

preview: ## What your change does to each environment, without credentials; STACK=dev for one
	@./slipway preview report $(if $(STACK),--stack $(STACK)) $(OPTIONS)

page: ## The same as a page for a browser: .slipway/preview/<stack>/preview.html
	@./slipway preview report $(if $(STACK),--stack $(STACK)) --out .slipway/preview$(if $(STACK),/$(STACK)) $(OPTIONS)

up: ## An environment on a simulated Azure, with a real Pulumi engine; STACK=prod, OPTIONS=--reset
	@./slipway up --simulated $(if $(STACK),--stack $(STACK)) $(OPTIONS)

doctor: ## What this machine, Azure and Azure DevOps lack
	@./slipway doctor $(OPTIONS)

release: ## Releases and where each is live; STACK=dev deploys the latest one there, or RELEASE
	@./slipway release $(if $(STACK),deploy --stack $(STACK) --release $(or $(RELEASE),latest),list) $(OPTIONS)

test: $(VENV)/.test ## Lint, types and every test, with coverage and a list of what was skipped
	@failed=; for check in lint types unit; do \
	  $(MAKE) --no-print-directory $$check || failed="$$failed $$check"; done; \
	if [ -n "$$failed" ]; then echo "failed:$$failed"; exit 1; fi

check: $(VENV)/.test ## Your own stack files, pipelines and policy, of any chain: what the build pipeline runs first
	@$(BIN)/python -m pytest --no-fold-skipped tests/checkout

lint: $(VENV)/.test ## ruff: rules and format
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.test ## mypy --strict
	@$(BIN)/mypy

unit: $(VENV)/.test ## pytest alone; ONLY="tests/app -k rotated" for a part of it
	@$(BIN)/python -m pytest --no-fold-skipped $(if $(ONLY),$(ONLY),--cov $(WORKERS))

test-engine: $(VENV)/.test ## The program on a real Pulumi engine and a simulated Azure; needs `pulumi` on PATH
	@$(BIN)/python -m pytest -m engine --no-fold-skipped $(if $(ONLY),$(ONLY),tests/engine)

test-cluster: $(VENV)/.test ## The rendered workload on a real Kubernetes cluster; needs KUBECONFIG
	@$(BIN)/python -m pytest -m cluster --no-fold-skipped $(if $(ONLY),$(ONLY),tests/cluster)

validators: $(CHECKOV_VENV)/.checkov .slipway/bin/kube-score ## Install what judges the rendered objects: checkov, and kube-score where Go is

test-infra: $(VENV)/.test ## The program's own tests: config, components, whole stacks, what validators say
	@$(BIN)/python -m pytest --no-fold-skipped tests/infra

golden: $(VENV)/.test ## Write the golden files of the rendered stacks and pipelines; their diff is the review
	@$(BIN)/python -m tests.infra.golden && $(BIN)/python -m tests.pipelines.golden

schemas: $(VENV)/.test ## Write the schemas of the kinds that charts bring, after a change of infra/slipway/controllers.py; needs helm
	@set -e; kept() { helm template --include-crds "$$@" | $(BIN)/python -m tests.infra.validators.schemas; }; \
	eval "$$(sed -n 's/^\(GATEWAY\|CERT_MANAGER\)_VERSION = /\1=/p' infra/slipway/controllers.py)"; \
	kept gateway $(GATEWAY_CHART) --version "$$GATEWAY"; \
	kept certificates --kube-version 1.35 $(CERT_MANAGER_CHART) --version "$$CERT_MANAGER" --set crds.enabled=true

reference: $(VENV)/.test ## Write the pages of docs/reference that come from the code
	@PYTHONPATH=infra $(BIN)/python -m docs.reference.config_page
	@PYTHONPATH=infra $(BIN)/python -m docs.reference.stack_schema
	@PYTHONPATH=infra $(BIN)/python -m docs.reference.app_contract_page
	@PYTHONPATH=infra $(BIN)/python -m docs.reference.azure_api_versions_page
	@PYTHONPATH=infra $(BIN)/python -m docs.reference.reach_page
	@PYTHONPATH=infra $(BIN)/python -m docs.reference.rights_page
	@PYTHONPATH=infra $(BIN)/python -m docs.reference.dated_facts_page
	@PYTHONPATH=infra $(BIN)/python -m docs.reference.variants_page

site: $(VENV)/.test ## Build the documentation's site into site/, strictly: a broken link fails
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet && echo "site/index.html"

site-serve: $(VENV)/.test ## Show the site while you write, on http://127.0.0.1:8000
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve --strict

bench-first: $(VENV)/.local ## Bytes and seconds of a first `make rehearse` in a new clone, with Python alone
	@$(BIN)/python -m bench.first $(OPTIONS)

bench-render: $(VENV)/.test ## CPU and memory of a render beside importing the SDK classes it uses
	@$(BIN)/python -m bench.render $(OPTIONS)

image: $(VENV)/.run ## Build and test the serving image, and with REGISTRY=host/repository push it and write release.json
	@$(BIN)/slipway image build $(if $(BUILD),--build-id $(BUILD)) && $(BIN)/slipway image test
	@if [ -n "$(REGISTRY)" ]; then $(BIN)/slipway image push --registry "$(REGISTRY)" && \
	  $(BIN)/slipway release record; \
	  else echo "not pushed: name a place with make image REGISTRY=host[:port]/repository"; fi

pictures: $(VENV)/.test ## Take the page's pictures in docs/pictures, with the model of the last rehearsal
	@$(BIN)/python -m docs.pictures.take .slipway/model
	@for stack in dev prod; do \
	  $(BIN)/slipway preview picture --stack $$stack --out docs/pictures/architecture-$$stack.svg; done

bench-serving: $(BENCH_VENV)/.bench ## Speed beside the raw limit and other servers, 10 to 20 minutes; OPTIONS=--quick for one
	@$(BENCH_VENV)/bin/python -m bench.serving $(OPTIONS)

bench-hostile: $(BENCH_VENV)/.bench ## Attacks, then 100,000 hostile requests; OPTIONS="--only fast-client" for one attack
	@$(BENCH_VENV)/bin/python -m bench.hostile $(OPTIONS)

bench-image: $(VENV)/.test ## Bytes that each change sends to REGISTRY=host/repository, and the image's size
	@$(BIN)/python -m bench.image $(OPTIONS)

bench-model: $(VENV)/.test ## Pulling 200 MB from Azurite beside the store library's own bare download
	@$(BIN)/python -m bench.model $(OPTIONS)

bench-classifiers: $(CLASSIFIERS_VENV)/.classifiers ## Seven classifiers of other people: our first class beside that of their own code
	@$(CLASSIFIERS_VENV)/bin/python -m bench.classifiers $(OPTIONS)

lock: $(UV) ## Write every requirements.txt from its requirements.in
	@set -e; lock() { echo "lock  $$1"; $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header "$$@" --output-file "$${1%.in}.txt"; }; \
	lock requirements.in; \
	lock app/requirements.in -c requirements.txt; \
	lock delivery/requirements-pip.in; \
	lock delivery/requirements.in -c requirements.txt -c app/requirements.txt; \
	lock delivery/requirements-deploy.in -c requirements.txt -c app/requirements.txt -c delivery/requirements.txt; \
	lock app/requirements-otlp.in -c requirements.txt -c app/requirements.txt; \
	lock bench/requirements.in -c app/requirements.txt -c delivery/requirements.txt; \
	lock bench/classifiers/requirements.in --no-deps; \
	lock tests/requirements.in -c requirements.txt -c app/requirements.txt -c app/requirements-otlp.txt -c delivery/requirements.txt; \
	lock docs/requirements.in -c requirements.txt -c app/requirements.txt -c delivery/requirements.txt -c tests/requirements.txt; \
	lock tests/infra/validators/requirements.in; \
	lock policy/requirements.in; \
	for data in app/models/sample/*.in; do lock $$data --no-deps; done

clean: ## Remove what make and the commands made here: packages, models, caches
	rm -rf $(VENV) .slipway site .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage reports
	find app delivery tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: packages are installed again only when a lock changed.
$(VENV)/.run: $(PIP) $(RUN) $(DATA) pyproject.toml
	@$(python) -m delivery.packages $(VENV) $(RUN) --data $(DATA) && $(editable) && touch $@

# The packages of a person's machine: those of a build, and the program's.
$(VENV)/.local: $(PIP) $(RUN) $(PROGRAM) $(DATA) pyproject.toml
	@$(python) -m delivery.packages $(VENV) $(RUN) $(PROGRAM) --data $(DATA) && $(editable) && touch $(VENV)/.run $@

# The packages of a job that deploys or looks.
$(VENV)/.deploy: $(PIP) $(DEPLOY) pyproject.toml
	@$(python) -m delivery.packages $(VENV) $(DEPLOY) && $(editable) && touch $@

$(VENV)/.test: $(PIP) $(TEST) $(SAMPLES) $(MORE_SAMPLES) pyproject.toml
	@$(python) -m delivery.packages $(VENV) $(TEST) --data $(SAMPLES) --data $(MORE_SAMPLES) && $(editable) && \
	  touch $(VENV)/.run $(VENV)/.local $@

# The command `slipway`, from this checkout. The build uses the locked setuptools in $(VENV), so nothing is fetched.
# setuptools warns in each editable build that local folders may shadow packages: here they are the packages.
editable = PYTHONWARNINGS="ignore:Editable installation" $(BIN)/python -m pip install --quiet \
  --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .

$(BENCH_VENV)/.bench: $(PIP) $(BENCH) $(SAMPLES)
	@$(python) -m delivery.packages $(BENCH_VENV) $(BENCH) --data $(SAMPLES) && touch $@

$(CLASSIFIERS_VENV)/.classifiers: $(PIP) $(RUN) $(CLASSIFIERS) $(SAMPLES)
	@$(python) -m delivery.packages $(CLASSIFIERS_VENV) $(RUN) --data $(CLASSIFIERS) --data $(SAMPLES) && touch $@

$(CHECKOV_VENV)/.checkov: $(PIP) $(CHECKOV)
	@$(python) -m delivery.packages $(CHECKOV_VENV) $(CHECKOV) && touch $@

.slipway/bin/kube-score:
	@GOBIN="$(abspath .slipway/bin)" go install github.com/zegl/kube-score/cmd/kube-score@$(KUBE_SCORE_VERSION)

$(UV):
	@$(python) -m venv .slipway/uv-$(UV_VERSION) && .slipway/uv-$(UV_VERSION)/bin/pip install --quiet uv==$(UV_VERSION)

# Checked only where a new environment is made: one clear sentence, and never in the way of `make help` or `make clean`.
python = $(if $(shell $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo new),$(PYTHON),$(error \
  Slipway needs Python 3.11 or newer, found $(PYTHON) ($(shell ($(PYTHON) -V) 2>&1)); name one with: make PYTHON=/path/to/python3.13))
