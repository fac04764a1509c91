using System.Text.Json.Nodes;

namespace S2M.Specification;

/// <summary>All fields of a job: names, ranges, descriptions; defaults are those of the records.</summary>
internal static class JobTable
{
    private const int MostModes = 3;
    private static readonly (string Word, ModeWeighting Value)[] Weightings = [("balanced", ModeWeighting.Balanced), ("skewed", ModeWeighting.Skewed)];
    private static readonly NumberRange Positive = new(0, 1e6, WithoutLow: true);
    private static readonly NumberRange Decay = new(0, 1, WithoutHigh: true);

    /// <summary>Asks a block for a whole job.</summary>
    internal static JobSpecification Job(JobBlock top) => new()
    {
        Name = top.Name("name", "The job's name: letters, digits, '-', '_' and '.'."),
        Data = top.Block("data", "Which images, and how they are decoded.", Data),
        Split = top.Block("split", "How classes are divided into training, validation and test; all rotations of a class stay in its part.", Split),
        Network = top.Block("network", "The embedding and the head.", Network),
        Loss = top.Block("loss", "The loss of a group.", Loss),
        Episode = top.Block("episode", "What a training episode is made of: classes x images, divided into roles by its groups.", Episode),
        Training = top.Block("training", "Length, seed and cadence of the training loop; everything counts steps.", Training),
        Optimizer = top.Block("optimizer", "The optimizer and its learning-rate schedule: linear warm-up, then cosine decay to zero at the last step.", Optimizer),
        Evaluation = top.Block("evaluation", "Validation and test protocols: classification episodes on classes that training never saw.", Evaluation),
    };

    private static DataSpecification Data(JobBlock block)
    {
        var data = new DataSpecification { Name = block.Name("name", "The data set: 'glyphs' is built in, others are bound with --data NAME=PATH.") };
        data = data with { Rotations = block.Flag("rotations", data.Rotations, "Whether each quarter turn of a class is a class of its own.") };
        return block.Block("image", "What images are decoded to.", image => data with
        {
            Size = image.Integer("size", data.Size, 16, 256, "Height and width in pixels; images are resized by area."),
            Channels = image.Choice("channels", data.Channels, "1 (gray) or 3 (color).", ("1", 1), ("3", 3)),
            Ink = image.Flag("ink", data.Ink, "Whether dark strokes on light ground become bright strokes on black."),
        });
    }

    private static SplitSpecification Split(JobBlock block)
    {
        var split = new SplitSpecification();
        return new SplitSpecification
        {
            Seed = block.Seed("seed", split.Seed, "The seed of the shuffle of classes."),
            Train = block.Integer("train", split.Train, 1, int.MaxValue, "Classes for training."),
            Validation = block.Integer("validation", split.Validation, 1, int.MaxValue, "Classes for validation."),
            Test = block.Integer("test", split.Test, 1, int.MaxValue, "Classes for the test phase."),
        };
    }

    private static NetworkSpecification Network(JobBlock block)
    {
        HeadKind head = block.Choice(
            "head",
            new NetworkSpecification().Head,
            "What concepts are represented by: one diagonal Gaussian, a mixture of two, three or four, one of as many as fit the images, or the mean.",
            [.. Enum.GetValues<HeadKind>().Select(kind => (kind.Word(), kind))]);
        var network = new NetworkSpecification { Head = head };
        return new NetworkSpecification
        {
            Embedding = block.Choice(
                "embedding",
                network.Embedding,
                "The embedding network: conv4 is four blocks of 64 filters with batch norm, lenet two convolutions and two full layers, 100 numbers.",
                (NetworkSpecification.Conv4, NetworkSpecification.Conv4),
                (NetworkSpecification.LeNet, NetworkSpecification.LeNet)),
            Dropout = block.Number("dropout", network.Dropout, new NumberRange(0, 0.9), "Probability that an element of the descriptor is dropped in training."),
            Head = head,
            VarianceOffset = block.Number("variance_offset", network.VarianceOffset, Positive, "Start of the learned variance offset, one per shot count."),
            LearnVarianceOffset = block.Flag("learn_variance_offset", network.LearnVarianceOffset, "Whether the variance offset is learned, or stays at its start."),
            Adjoint = block.Choice("adjoint", network.Adjoint, "How the gradient goes through a mixture's fit.", Words<AdjointKind>()),
            Regularizer = block.Choice(
                "regularizer", network.Regularizer, "additive: the variance offset alone; map: priors beside it. By default map for mixtures, else additive.", Words<RegularizerKind>()),
            PriorStrength = block.Number("prior_strength", network.PriorStrength, Positive, "Strength of map's prior on variances, in images."),
            PriorVariance = block.Number("prior_variance", network.PriorVariance, Positive, "The variance of map's prior, or its start; about that of a concept's images in a dimension."),
            LearnPriorVariance = block.Flag("learn_prior_variance", network.LearnPriorVariance, "Whether the variance of map's prior is learned, or stays at its start."),
            WeightPrior = block.Number("weight_prior", network.WeightPrior, new NumberRange(0, 1e6), "Strength of map's prior on mixing weights, in images a component."),
            Background = block.Flag("background", network.Background, "Whether a broad component of fixed place and fitted weight takes up noise; scores leave it out."),
            Start = block.Choice("start", network.Start, "Where a mixture's fit begins in training.", Words<StartKind>()),
            KBy = block.Choice("k_by", network.KBy, "The criterion that chooses the number of components of adagmm.", Words<ComponentCriterion>()),
            LearnPredictiveOffset = block.Flag(
                "learn_predictive_offset", network.LearnPredictiveOffset, "Whether a second variance offset is learned by the likelihood of positives. By default true for adagmm."),
        };
    }

    private static (string Word, T Value)[] Words<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(value => (SpecificationJson.Word(value), value))];

    private static LossSpecification Loss(JobBlock block)
    {
        var loss = new LossSpecification();
        return new LossSpecification
        {
            Kind = block.Choice(
                "kind",
                loss.Kind,
                "n_way: cross-entropy over a group's concepts; histogram: probability that a negative outranks a positive.",
                ("n_way", LossKind.NWay),
                ("histogram", LossKind.Histogram)),
            Variant = block.Choice(
                "variant",
                loss.Variant,
                "The form of the histogram loss; without effect on n_way.",
                ("slides", HistogramVariant.Slides),
                ("midpoint", HistogramVariant.Midpoint),
                ("published", HistogramVariant.Published)),
            Bins = block.Integer("bins", loss.Bins, 2, 10000, "Histogram bins; without effect on n_way."),
            Temperature = block.Number("temperature", loss.Temperature, Positive, "Start of the learned temperature of n_way."),
        };
    }

    private static EpisodeSpecification Episode(JobBlock block)
    {
        var episode = new EpisodeSpecification();
        return new EpisodeSpecification
        {
            Classes = block.Integer("classes", episode.Classes, 2, 100_000, "Concepts of an episode; with conv4 at least 10, since batch norm sees exactly one episode."),
            ImagesPerClass = block.Integer("images_per_class", episode.ImagesPerClass, 2, 10_000, "Images drawn for each concept; with conv4 at least 128 an episode in all."),
            Modes = block.Integer("modes", episode.Modes, 1, MostModes, "Classes that a concept is the union of, drawn anew for every episode; each must be in every support."),
            ModeWeights = block.Choice(
                "mode_weights", episode.ModeWeights, "How a concept's images are divided among its modes, in turn: balanced or as 6 : 3 : 1; without effect on one mode.", Weightings),
            Groups = block.Blocks("groups", episode.Groups, "The groups; each is one term of the episode's loss, all with equal weight.", Group, Show),
        };
    }

    private static GroupSpecification Group(JobBlock block) => new(
        block.Range("support", "Positions of the support images within each class, from 0, such as 0-4 or 0."),
        block.Range("queries", "Positions of the query images; none of them in the support."));

    private static JsonObject Show(GroupSpecification group) => new() { ["support"] = group.Support.ToString(), ["queries"] = group.Queries.ToString() };

    private static TrainingSpecification Training(JobBlock block)
    {
        var training = new TrainingSpecification();
        return new TrainingSpecification
        {
            Steps = block.Integer("steps", training.Steps, 1, int.MaxValue, "Optimizer steps."),
            EpisodesPerStep = block.Integer("episodes_per_step", training.EpisodesPerStep, 1, 65536, "Episodes whose gradients are averaged in a step."),
            Seed = block.Seed("seed", training.Seed, "The seed of initial parameters, episodes and dropout."),
            CheckpointEvery = block.Integer("checkpoint_every", training.CheckpointEvery, 1, int.MaxValue, "Steps between checkpoints; the last step always has one."),
            Keep = block.Block("keep", "Which checkpoints are kept, beside version 0 (the state before the first step).", Keep),
            ValidateEvery = block.Integer("validate_every", training.ValidateEvery, 0, int.MaxValue, "Steps between validations; 0 for none before the end."),
            NonFiniteBudget = block.Integer(
                "non_finite_budget", training.NonFiniteBudget, 0, int.MaxValue, "Episodes with a non-finite gradient that may be left out before the job fails."),
            BatchNormMomentum = block.Number(
                "batch_norm_momentum", training.BatchNormMomentum, new NumberRange(0, 1, WithoutLow: true), "Share of the newest batch statistics in the running ones."),
            GradientFormat = block.Choice(
                "gradient_format", training.GradientFormat, "How each episode's gradient is rounded before anything is added to it; bfloat16 halves what workers send.", Words<GradientFormat>()),
            GradientCheck = block.Integer(
                "gradient_check", training.GradientCheck, 0, int.MaxValue, "Steps between checks of a mixture's gradients against central differences of refits, 0 for none; without effect on other heads."),
        };
    }

    private static KeepSpecification Keep(JobBlock block)
    {
        var keep = new KeepSpecification();
        return new KeepSpecification
        {
            Last = block.Integer("last", keep.Last, 1, int.MaxValue, "How many of the newest checkpoints are kept."),
            Best = block.Flag("best", keep.Best, "Whether the best checkpoint on validation is kept; of those whose step was validated."),
            Every = block.Integer("every", keep.Every, 0, int.MaxValue, "Checkpoints whose step is a multiple of this are kept for ever; 0 for none."),
        };
    }

    private static OptimizerSpecification Optimizer(JobBlock block)
    {
        var optimizer = new OptimizerSpecification();
        return new OptimizerSpecification
        {
            Kind = block.Choice("kind", optimizer.Kind, "The update rule.", ("adam", OptimizerKind.Adam), ("adam_w", OptimizerKind.AdamW), ("sgd", OptimizerKind.Sgd)),
            LearningRate = block.Number("learning_rate", optimizer.LearningRate, new NumberRange(0, 1e3, WithoutLow: true), "The learning rate after warm-up."),
            WarmUpSteps = block.Integer("warm_up_steps", optimizer.WarmUpSteps, 0, int.MaxValue, "Steps of linear warm-up; below training.steps."),
            CosineDecay = block.Flag("cosine_decay", optimizer.CosineDecay, "Whether the rate decays to zero along a half cosine, or stays."),
            Beta1 = block.Number("beta1", optimizer.Beta1, Decay, "Decay of Adam's first moment."),
            Beta2 = block.Number("beta2", optimizer.Beta2, Decay, "Decay of Adam's second moment."),
            Epsilon = block.Number("epsilon", optimizer.Epsilon, new NumberRange(0, 1, WithoutLow: true), "Adam's epsilon."),
            Momentum = block.Number("momentum", optimizer.Momentum, Decay, "Momentum of stochastic gradient descent."),
            WeightDecay = block.Number("weight_decay", optimizer.WeightDecay, new NumberRange(0, 1e3), "Weight decay."),
        };
    }

    private static EvaluationSpecification Evaluation(JobBlock block)
    {
        var evaluation = new EvaluationSpecification();
        return new EvaluationSpecification
        {
            Ways = block.Integers("ways", evaluation.Ways, 2, "Ways of the rows of the table."),
            Shots = block.Integers("shots", evaluation.Shots, 1, "Shots of the rows of the table."),
            Queries = block.Integer("queries", evaluation.Queries, 1, 10_000, "Queries per class."),
            Episodes = block.Integer("episodes", evaluation.Episodes, 2, 1_000_000, "Episodes of each row in the test phase."),
            ValidationEpisodes = block.Integer("validation_episodes", evaluation.ValidationEpisodes, 2, 1_000_000, "Episodes of each row in a validation during training."),
            Seed = block.Seed("seed", evaluation.Seed, "The seed of evaluation episodes; alike for all training seeds, so that runs are compared on the same episodes."),
            Sets = block.Optional("sets", "Polysemous and noisy sets in the test phase; none where the block is absent.", Sets),
        };
    }

    private static SetSpecification Sets(JobBlock block)
    {
        var sets = new SetSpecification();
        return new SetSpecification
        {
            Modes = block.Integers("modes", sets.Modes, 1, "Numbers of characters that a concept is the union of; figures for each, with each weighting, and share and kind of noise.", MostModes),
            Weights = block.Choices("weights", sets.Weights, "How the clean support is divided among the modes: balanced, or as 6 : 3 : 1; at least one image each.", Weightings),
            NoisePercents = block.Integers("noise_percents", sets.NoisePercents, 0, "Shares of noise in percent of the support, rounded to whole images.", 90),
            NoiseKinds = block.Choices(
                "noise_kinds",
                sets.NoiseKinds,
                "scattered: single images of other characters; coherent: one other character; clutter: random strokes, built-in glyphs only.",
                ("scattered", NoiseKind.Scattered),
                ("clutter", NoiseKind.Clutter),
                ("coherent", NoiseKind.Coherent)),
            Support = block.Integer("support", sets.Support, 1, 10_000, "Images of the support, noise with them."),
            PositivesPerMode = block.Integer("positives_per_mode", sets.PositivesPerMode, 1, 10_000, "Relevant queries of each mode; always clean."),
            Distractors = block.Integer("distractors", sets.Distractors, 0, 100_000, "Queries of other characters; at least one for each image of noise, which has a twin among them."),
            Hybrids = block.Integer("hybrids", sets.Hybrids, 0, 100_000, "Further queries with half of the strokes of a target and half of another's; built-in glyphs only."),
            Episodes = block.Integer("episodes", sets.Episodes, 2, 1_000_000, "Sets of each figure; drawn by evaluation.seed."),
        };
    }
}
