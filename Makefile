# Two commands matter: `make book` (read it) and `make test` (prove it). `make` alone lists them all.
PYTHON ?= python3
BIN := .venv/bin
MADE_IN := .venv/.made-in
SET_UP_BOOK := .venv/.set-up-book
SET_UP_PAPER := .venv/.set-up-paper
SET_UP_ALL := .venv/.set-up-all
SET_UP_COLAB := .venv-colab/.set-up
COLAB_PYTHON ?= $(shell python3.12 -c 'print("python3.12")' 2> /dev/null || echo $(PYTHON))# Colab has 3.12
CONSTRAINTS ?= constraints.txt
STRICT := .runs/strict/_build/html
BUILD_STRICT = $(BIN)/jupyter-book build --quiet --all --warningiserror --nitpick --keep-going --path-output .runs/strict .
# A process a core, with one thread (tests/conftest.py); a notebook or a file of tests stays in one. Notebooks come first,
# because they take longest.
PYTEST := $(BIN)/pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
export PYTHONUTF8 := 1
MAPS_NEED := openTSNE==1.0.4 umap-learn==0.5.12# to make the maps again; reading and testing need neither
BETAS := 0.03 0.3 1 3 10
SIZES := 1 2 3 4 6 8 12 16 24 32 48 64 128
DENSE_SIZES := 1 2 3 4 6 8 12 16 24 30 32 48 64
VARIANTS := no-batchnorm no-batchnorm-slow batchnorm-first slope-0.01 slope-0.2 no-tanh bce l1

# What pip installs knows the folder by its name.
ifneq ($(wildcard $(MADE_IN)),)
ifneq ($(shell cat $(MADE_IN)),$(CURDIR))
$(error This folder was moved or renamed since .venv was made in it. Give the command again after: rm -rf .venv)
endif
endif

.PHONY: help book paper pdf epub figures site test test-fast test-all strict run serve readme weights results sweep thirty dense floor axes random-codes vae likelihood roll double-descent one-number maps recipes loss-spike bench lint screenshots repo clean

help:
	@echo "make book and make test are all that a reader needs; the rest is for those who change the book."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

book: $(SET_UP_BOOK)  ## the pages to read, in _build/html; needs no PyTorch
	$(BIN)/jupyter-book build --quiet .
	@echo "Open $(CURDIR)/_build/html/index.html"

paper: pdf epub figures  ## the three below, and the pages anew, whose cover offers them
	$(MAKE) book

pdf: site  ## the whole book as one PDF, printed by Chromium or Chrome; about two minutes
	$(BIN)/python -m tools.paper pdf --site $(STRICT)

epub: site  ## the whole book for readers; its live figures are pictures, taken in Chromium or Chrome
	$(BIN)/python -m tools.paper epub --site $(STRICT)

figures: site  ## the stored figures with captions, texts of what is seen and licence, in one archive
	$(BIN)/python -m tools.paper figures --site $(STRICT)

# The pages they are made from, with warnings as errors.
site: $(SET_UP_PAPER)
	$(BUILD_STRICT)

test: strict  ## everything a change must pass: a build with warnings as errors, the tests, every page in a browser, every notebook
	AEUTILS_SITE="$(CURDIR)/$(STRICT)" $(PYTEST) --nbval --nbval-current-env book tests -m "not slow"

test-fast: $(SET_UP_ALL)  ## for daily work: no browser, no notebook, nothing that takes long
	$(PYTEST) -p no:nbval tests -m "not slow and not long" --ignore tests/browser

test-all: strict $(SET_UP_COLAB)  ## also every page in every width and theme, training and sweep interrupted, the notebooks as in Colab
	AEUTILS_SITE="$(CURDIR)/$(STRICT)" AEUTILS_COLAB="$(CURDIR)/.venv-colab" $(PYTEST) --nbval --nbval-current-env book tests

strict: $(SET_UP_ALL)  ## the pages with warnings as errors, in .runs/strict
	$(BUILD_STRICT)

run: $(SET_UP_ALL)  ## execute every notebook in place, one process each
	$(BIN)/python -m tools.run_notebooks

serve: book  ## the pages at http://localhost:8000
	@echo "http://localhost:8000 (Ctrl-C stops it)"
	$(BIN)/python -m http.server 8000 --bind localhost --directory _build/html

weights: $(SET_UP_ALL)  ## train and ship the weights of all sizes; about two hours on 2 cores, goes on where it stopped
	$(BIN)/python -m experiments.train_classifier
	$(BIN)/python -m experiments.sweep --models conv --latent-dims $(SIZES) --seeds 0 1 2 3 4 --ship $(SIZES)

sweep: $(SET_UP_ALL)  ## every model at every size; about five hours on 2 cores, goes on where it stopped
	$(BIN)/python -m experiments.sweep --models pca conv --latent-dims $(SIZES) --seeds 0 1 2 3 4
	$(BIN)/python -m experiments.sweep --models dense --latent-dims $(DENSE_SIZES) --seeds 0 1 2

thirty: $(SET_UP_ALL)  ## 30 numbers, as in 2006, five seeds; about half an hour on 2 cores
	$(BIN)/python -m experiments.sweep --models pca residual --latent-dims 30 --seeds 0 1 2 3 4

dense: $(SET_UP_ALL)  ## 2 and 30 numbers through dense layers as wide as in 2006, one change at a time; about seventeen hours on one core, goes on where it stopped
	$(BIN)/python -m experiments.dense

results: weights sweep thirty dense floor axes random-codes vae likelihood roll double-descent one-number maps recipes loss-spike  ## everything else in aeutils/results; about four hours more on 2 cores
	$(BIN)/python -m experiments.sweep --models conv-article --latent-dims 2 3 --seeds 0 1 2 3 4
	$(BIN)/python -m experiments.sweep --models linear dense --latent-dims 2 --seeds 0 1 2 3 4
	$(BIN)/python -m experiments.sweep --models labels $(VARIANTS) --latent-dims 2 --seeds 0 1 2
	$(BIN)/python -m experiments.collisions
	$(BIN)/python -m experiments.halfway
	$(BIN)/python -m experiments.published

loss-spike: $(SET_UP_ALL)  ## the first epochs of the training that fails with 64 numbers, and of the one that does not, three seeds; 15 minutes on one core, goes on where it stopped
	$(BIN)/python -m experiments.loss_spike

floor: $(SET_UP_ALL)  ## what keeps the error of 64 numbers up, three seeds of each change; 40 minutes on one core, goes on where it stopped
	$(BIN)/python -m experiments.floor

axes: $(SET_UP_ALL)  ## what the axes of the codes mean, from the weights of `make weights`; two minutes on one core
	$(BIN)/python -m experiments.axes

roll: $(SET_UP_ALL)  ## the Swiss roll, ten seeds of every method; about 20 minutes on one core
	$(BIN)/python -m experiments.swiss_roll

double-descent: $(SET_UP_ALL)  ## the thrown ball with up to a thousand coefficients; one minute on one core, goes on where it stopped
	$(BIN)/python -m experiments.double_descent

one-number: $(SET_UP_ALL)  ## one number for the pendulum, ten seeds of every width; about five minutes on one core
	$(BIN)/python -m experiments.one_number

recipes: $(SET_UP_ALL)  ## the recipes that were tried, scored on the sample; about 35 minutes on one core, goes on where it stopped
	$(BIN)/python -m experiments.recipes

maps: vae  ## the same digits mapped by PCA, networks, t-SNE and UMAP, three seeds; half an hour on one core, goes on where it stopped
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(MAPS_NEED) -c $(CONSTRAINTS)
	$(BIN)/python -m experiments.maps

random-codes: weights  ## codes drawn at random, for every run of every size; about half an hour on 2 cores, goes on where it stopped
	$(BIN)/python -m experiments.random_codes

vae: weights  ## the variational autoencoders, five seeds of every price; about two hours on one core, goes on where it stopped
	$(BIN)/python -m experiments.sweep --models $(addprefix vae-,$(BETAS)) --latent-dims 2 16 --ship 2 16
	$(BIN)/python -m experiments.sweep --models vae-0.3 --latent-dims 8 --ship 8
	$(BIN)/python -m experiments.sweep --models vae-mixture --latent-dims 16 --ship 16
	$(BIN)/python -m experiments.sweep --models vae-warmup vae-dense --latent-dims 16
	$(BIN)/python -m experiments.vae

likelihood: $(SET_UP_ALL)  ## how probable test images are to variational autoencoders, five seeds; about two hours on one core, goes on where it stopped
	$(BIN)/python -m experiments.likelihood

bench: $(SET_UP_ALL)  ## speed, side by side with the article's own loop
	$(BIN)/python -m benchmarks.speed

lint: $(SET_UP_ALL)  ## ruff, for code and notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

screenshots: book $(SET_UP_ALL)  ## every page at three widths, light and dark, into .runs/screenshots
	$(BIN)/python -m tools.screenshots

readme: book $(SET_UP_ALL)  ## the moving picture of the README, from the cover
	$(BIN)/python -m tools.readme_picture

repo:  ## write the repository's address everywhere: make repo URL=https://github.com/OWNER/NAME
	$(PYTHON) -m tools.set_repository "$(URL)"

clean:  ## remove what was built
	rm -rf _build .runs/strict

$(SET_UP_BOOK): requirements-book.txt $(CONSTRAINTS) | $(MADE_IN)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-book.txt -c $(CONSTRAINTS)
	@touch $@

$(SET_UP_PAPER): requirements-paper.txt requirements-book.txt $(CONSTRAINTS) | $(MADE_IN)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-paper.txt -c $(CONSTRAINTS)
	@touch $@ $(SET_UP_BOOK)

$(SET_UP_ALL): requirements.txt requirements-paper.txt requirements-book.txt $(CONSTRAINTS) pyproject.toml | $(MADE_IN)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c $(CONSTRAINTS)
	@touch $@ $(SET_UP_BOOK) $(SET_UP_PAPER)

$(SET_UP_COLAB): tests/colab/packages.txt
	$(COLAB_PYTHON) -m venv .venv-colab
	.venv-colab/bin/python -m pip install --quiet --disable-pip-version-check -r tests/colab/packages.txt
	@touch $@

$(MADE_IN):
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else f"Python {sys.version.split()[0]} at {sys.executable}; this needs 3.11, 3.12 or 3.13: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	@echo "$(CURDIR)" > $@
